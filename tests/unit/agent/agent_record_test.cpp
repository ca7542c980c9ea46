// The record comes back as it was written, or not at all.
#include "agent/agent_record.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

AgentRecord full_record() {
  AgentRecord record;
  record.claim = {"20260101-abc", 7};
  record.direction = "forward";
  record.recovery = true;
  record.phase = Phase::paused;
  record.moves["main"] = {{"app", {"10.0.0.1", "5432"}, {"10.0.0.2", ""}}, {"o\"dd", {}, {}}};
  record.moves["second"] = {};
  record.lease = PauseLease{"boot", std::chrono::milliseconds(123456789012)};
  record.lease_expiries = 2;
  return record;
}

TEST(AgentRecord, ComesBackAsItWasWritten) {
  EXPECT_EQ(record_from_json(to_json(full_record())).value(), full_record());
  EXPECT_EQ(record_from_json(to_json({})).value(), AgentRecord{});
}

TEST(AgentRecord, EveryPhaseComesBack) {
  for (int i = 0; i < phase_count; ++i) {
    AgentRecord record;
    record.phase = static_cast<Phase>(i);
    EXPECT_EQ(record_from_json(to_json(record)).value().phase, record.phase);
  }
}

TEST(AgentRecord, ATruncatedRecordIsNoRecord) {
  const std::string text = to_json(full_record());
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    EXPECT_TRUE(record_from_json(text.substr(0, length)).has_error()) << length;
}

TEST(AgentRecord, AnUnknownPhaseIsNoRecord) {
  std::string text = to_json({});
  text.replace(text.find("idle"), 4, "lost");
  EXPECT_TRUE(record_from_json(text).has_error());
}

}  // namespace
}  // namespace cutover::agent
