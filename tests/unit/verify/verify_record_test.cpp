// What an interrupted comparison leaves, and what the next one makes of it.
#include "controller/verify/verify_record.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

class Record : public ::testing::Test {
 protected:
  VerifyRecord open() {
    auto record = VerifyRecord::open(directory_.path() / "state");
    EXPECT_TRUE(record);
    return std::move(*record);
  }
  support::TemporaryDirectory directory_;
};

TEST_F(Record, KeepsHowFarEachTableIs) {
  auto record = open();
  ASSERT_TRUE(record.begin("app", "pair"));
  TableProgress progress;
  progress.signature = "s";
  progress.to = RowKey{"it's", "5"};
  progress.rows = 7;
  progress.unsettled = 3;
  ASSERT_TRUE(record.save("app", "public.item", progress));
  auto again = open();
  const auto known = again.progress("app");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->at("public.item").to, progress.to);
  EXPECT_EQ(known->at("public.item").rows, 7U);
  EXPECT_EQ(known->at("public.item").unsettled, 3U) << "what was not settled is not forgotten";
  EXPECT_TRUE(again.progress("other")->empty());
}

TEST_F(Record, IsUnfinishedUntilItEnds) {
  auto record = open();
  EXPECT_FALSE(*record.unfinished("app"));
  ASSERT_TRUE(record.begin("app", "pair"));
  const auto unfinished = *record.unfinished("app");
  ASSERT_TRUE(unfinished);
  EXPECT_EQ(unfinished->pair, "pair");
  ASSERT_TRUE(record.end("app"));
  EXPECT_FALSE(*record.unfinished("app"));
}

TEST_F(Record, ADifferenceThatWasMendedIsForgottenAndNoOther) {
  auto record = open();
  ASSERT_TRUE(record.begin("app", "pair"));
  for (const char* key : {"1", "2"})
    ASSERT_TRUE(record.save_difference("app", "t", {key}, DifferenceKind::missing));
  ASSERT_TRUE(record.forget_difference("app", "t", {"1"}));
  const auto left = record.differences("app", "t");
  ASSERT_TRUE(left);
  EXPECT_EQ(*left, (Differences{{{"2"}, DifferenceKind::missing}}));
}

TEST_F(Record, BeginningAnewForgetsProgressAndDifferences) {
  auto record = open();
  ASSERT_TRUE(record.begin("app", "pair"));
  ASSERT_TRUE(record.save("app", "t", {}));
  ASSERT_TRUE(record.save_difference("app", "t", {"1"}, DifferenceKind::extra));
  EXPECT_EQ(record.differences("app", "t")->at({"1"}), DifferenceKind::extra);
  ASSERT_TRUE(record.begin("app", "pair"));
  EXPECT_TRUE(record.progress("app")->empty());
  EXPECT_TRUE(record.differences("app", "t")->empty());
}

}  // namespace
}  // namespace cutover
