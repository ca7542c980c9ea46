#include "controller/runbook/server_log.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

constexpr const char* recovery_of_13 = R"(
LOG:  redo starts at 0/3000028
LOG:  consistent recovery state reached at 0/3000138
LOG:  invalid record length at 0/4000060: wanted 24, got 0
LOG:  redo done at 0/4000028
)";

TEST(ServerLog, RecoveryEndsWhereTheNextRecordWouldBeginNotWhereTheLastOneBegan) {
  const auto end = end_of_recovery(recovery_of_13);
  ASSERT_TRUE(end);
  EXPECT_EQ(to_text(*end), "0/4000060");
}

TEST(ServerLog, TheFirstRecoveryCountsAndOfItsEndsTheLast) {
  const std::string later = std::string(recovery_of_13) + R"(
LOG:  redo starts at 0/4000060
LOG:  invalid record length at 0/7000060: expected at least 24, got 0
LOG:  redo done at 0/7000028 system usage: CPU: user: 0.00 s
)";
  EXPECT_EQ(to_text(*end_of_recovery(later)), "0/4000060");
  const std::string standby = R"(
LOG:  redo starts at 0/3000028
LOG:  invalid record length at 0/4000060: wanted 24, got 0
LOG:  started streaming WAL from primary at 0/4000000 on timeline 1
LOG:  invalid record length at 0/5ABCDE0: wanted 24, got 0
LOG:  redo done at 0/5ABCDA8
)";
  EXPECT_EQ(to_text(*end_of_recovery(standby)), "0/5ABCDE0");
}

TEST(ServerLog, ALogWithoutARecoveryOrItsEndIsAnError) {
  EXPECT_FALSE(end_of_recovery(""));
  EXPECT_FALSE(end_of_recovery("LOG:  redo starts at 0/3000028\n"));
  EXPECT_FALSE(end_of_recovery("LOG:  redo starts at 0/3\nLOG:  redo done at 0/4000028\n"));
  EXPECT_FALSE(
      end_of_recovery("LOG:  invalid record length at what: wanted 24\nLOG:  redo done at "
                      "0/4000028\n"));
}

}  // namespace
}  // namespace cutover
