#include <gtest/gtest.h>

#include "controller/runbook/publication_tables.h"

namespace cutover {
namespace {

TEST(Spread, EveryTableIsInExactlyOneListAndTheLargestAreApart) {
  const auto lists = spread({{"small", 1}, {"large", 100}, {"larger", 200}}, 2);
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0], (std::vector<std::string>{"larger", "small"}));
  EXPECT_EQ(lists[1], (std::vector<std::string>{"large"}));
}

TEST(Spread, MorePartsThanTablesLeavesSomeEmpty) {
  EXPECT_EQ(spread({{"one", 1}}, 3)[2].size(), 0U);
}

}  // namespace
}  // namespace cutover
