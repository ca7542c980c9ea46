#include "common/base/run_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cutover {
namespace {

TEST(RunId, ItIsTheTimeInUtcAndARandomPart) {
  const auto time = std::chrono::system_clock::from_time_t(1795356933);
  EXPECT_EQ(run_id_of(time, 0x7f3a9c), "20261122T141533-7f3a9c");
  EXPECT_EQ(run_id_of(time, 0xFF00000A), "20261122T141533-00000a");
}

TEST(RunId, LaterRunsSortBehindEarlierOnes) {
  const auto time = std::chrono::system_clock::from_time_t(1795356933);
  EXPECT_LT(run_id_of(time, 0xFFFFFF), run_id_of(time + std::chrono::seconds(1), 0));
}

TEST(RunId, RunsOfOneSecondDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.insert(make_run_id());
  EXPECT_EQ(ids.size(), 20u);
  EXPECT_THAT(*ids.begin(), testing::MatchesRegex("[0-9]{8}T[0-9]{6}-[0-9a-f]{6}"));
}

}  // namespace
}  // namespace cutover
