// One look at replication in both directions: how far it is behind, how fast it applies, how much
// WAL it makes its source keep and how long that can go on. For people and JSON:
// replication_text.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"
#include "controller/config/config.h"

namespace cutover {

/// Absent: not known, or the server's version does not say.
struct SlotStatus {
  std::string name;
  bool active = false;
  std::optional<double> lag_bytes;
  std::optional<double> lag_seconds;
  std::optional<double> retained_bytes;
  std::string wal_status;                    ///< reserved, extended, unreserved, lost (from 13 on)
  std::optional<double> safe_wal_bytes;      ///< until the server gives the slot up; none: no limit
  std::optional<double> applied_per_second;  ///< bytes
  std::optional<double> written_per_second;  ///< bytes of WAL of the whole server
  std::optional<double> seconds_left;        ///< until the slot is given up or the disk is full
};

struct SubscriptionStatus {
  std::string name;
  bool enabled = false;
  bool working = false;  ///< its apply worker lives
  std::uint32_t tables = 0;
  std::uint32_t ready = 0;
  std::optional<double> silent_seconds;  ///< since the last message from the source
  std::optional<std::uint64_t> apply_errors;
  std::optional<std::uint64_t> sync_errors;
};

struct DirectionStatus {
  std::string from;  ///< "blue"
  std::string to;
  std::vector<SlotStatus> slots;
  std::vector<SubscriptionStatus> subscriptions;
  std::vector<Error> unknown;  ///< a side that cannot be asked
};

struct DdlSeen {
  std::string at;
  std::string role;
  std::string command;
  std::string object;
};

struct ReplicationStatus {
  std::string database;
  DirectionStatus forward;
  DirectionStatus back;
  std::vector<DdlSeen> ddl;  ///< on published tables of blue since `prepare`; newest first
};

struct ReplicationLook {
  std::chrono::milliseconds interval{1000};  ///< between the two looks that give the rates
  std::chrono::milliseconds limit{15'000};   ///< for each direction
  std::optional<double> free_bytes;          ///< of the disk that holds blue's WAL, when known
};

/// In the order of the configuration.
Task<std::vector<ReplicationStatus>> look_at_replication(std::vector<DatabaseConfig> databases,
                                                         ReplicationLook look);

/// When `bytes` are used up at this rate; nothing when they never are.
std::optional<double> seconds_until_full(std::optional<double> bytes,
                                         std::optional<double> bytes_per_second);

}  // namespace cutover
