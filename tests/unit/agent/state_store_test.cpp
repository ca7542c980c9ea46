// The record on disk.
#include "agent/state_store.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

class StateStoreTest : public testing::Test {
 protected:
  support::TemporaryDirectory directory_{"s"};
  StateStore store_{directory_ / "state"};
};

TEST_F(StateStoreTest, WithoutARecordNothingWasEverClaimed) {
  EXPECT_EQ(store_.load().value(), AgentRecord{});
}

TEST_F(StateStoreTest, AnotherStoreReadsWhatOneWrote) {
  AgentRecord record;
  record.claim = {"run", 3};
  record.phase = Phase::switching;
  ASSERT_TRUE(store_.load().has_value());
  ASSERT_TRUE(store_.save(record).has_value());
  EXPECT_EQ(StateStore(directory_ / "state").load().value(), record);
}

TEST_F(StateStoreTest, ADamagedRecordIsAnErrorNotAnEmptyOne) {
  ASSERT_TRUE(store_.load().has_value());
  support::write_file(store_.record_path(), "{\"run_id\":");
  const auto loaded = store_.load();
  ASSERT_TRUE(loaded.has_error());
  EXPECT_NE(loaded.error().hint.find("cutover recover"), std::string::npos);
}

}  // namespace
}  // namespace cutover::agent
