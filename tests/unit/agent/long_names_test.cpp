// What PgBouncer's console cannot name is not armed where it would have to be paused by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using testing::HasSubstr;

const Claim a_run = {"run-1", 1};
const std::string too_long(62, '-');

class LongNames : public testing::Test, protected AgentHarness {
 protected:
  void serve(const std::string& line) {
    write_ini("[databases]\n" + too_long + " = host=blue\napp = host=blue\n" + line +
              "\n[pgbouncer]\npool_mode = transaction\n");
    claim(a_run);
  }
};

TEST_F(LongNames, AreRefusedBesideAnEntryThatStays) {
  serve("blue = host=blue");
  for (const auto& reply : {preview({"app", too_long}), arm(a_run, {"app", too_long})}) {
    EXPECT_EQ(reply.outcome(), proto::REFUSED);
    EXPECT_THAT(reply.what(), HasSubstr("the name of entry " + too_long + " is too long"));
    EXPECT_THAT(reply.what(), HasSubstr("and blue stays"));
  }
}

TEST_F(LongNames, MoveWhereTheWholeProcessIsPaused) {
  serve("");
  const auto reply = arm(a_run, {"app", too_long});
  EXPECT_EQ(reply.outcome(), proto::DONE) << reply.what();
}

}  // namespace
}  // namespace cutover::agent
