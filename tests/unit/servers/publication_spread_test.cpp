#include <gtest/gtest.h>

#include "controller/runbook/publication_tables.h"

namespace cutover {
namespace {

TEST(Spread, WritesAreSharedOutAndNotNumbersOfTables) {
  const auto lists =
      spread({{"calm", 1, 0}, {"busy", 100, 0}, {"busier", 90, 0}, {"some", 20, 0}}, 2);
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0], (std::vector<std::string>{"busy", "calm"}));
  EXPECT_EQ(lists[1], (std::vector<std::string>{"busier", "some"}));
}

TEST(Spread, TablesThatNobodyWritesAreSharedOutByNumber) {
  const auto lists = spread({{"a", 0, 5}, {"b", 0, 9}, {"c", 0, 7}, {"d", 0, 1}}, 2);
  EXPECT_EQ(lists[0].size(), 2U);
  EXPECT_EQ(lists[1].size(), 2U);
}

TEST(Spread, MorePartsThanTablesLeavesSomeEmpty) {
  EXPECT_EQ(spread({{"one", 1, 0}}, 3)[2].size(), 0U);
}

}  // namespace
}  // namespace cutover
