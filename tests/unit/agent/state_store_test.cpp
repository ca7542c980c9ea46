// The record on disk.
#include "agent/state_store.h"

#include <gtest/gtest.h>

#include <filesystem>

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

TEST_F(StateStoreTest, WhatIsWrittenAheadIsNoRecordUntilItIsSaved) {
  AgentRecord armed;
  armed.claim = {"run", 3};
  armed.phase = Phase::armed;
  ASSERT_TRUE(store_.load().has_value());
  ASSERT_TRUE(store_.save(armed).has_value());
  ASSERT_TRUE(store_.write_ahead(promise_of(armed)).has_value());
  EXPECT_EQ(store_.load().value(), armed);
  ASSERT_TRUE(store_.save(promise_of(armed)).has_value());
  EXPECT_EQ(store_.load().value(), promise_of(armed));
  EXPECT_FALSE(std::filesystem::exists(store_.written_ahead_path()));
}

TEST_F(StateStoreTest, WhatWasWrittenAheadForSomethingElseIsNotTaken) {
  AgentRecord other;
  other.claim = {"another", 2};
  ASSERT_TRUE(store_.load().has_value());
  ASSERT_TRUE(store_.write_ahead(promise_of(other)).has_value());
  AgentRecord record;
  record.claim = {"run", 3};
  ASSERT_TRUE(store_.save(promise_of(record)).has_value());
  EXPECT_EQ(store_.load().value(), promise_of(record));
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
