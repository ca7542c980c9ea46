// One look at everything: servers, replication, bouncers. What could not be found out is absent.
// Data alone; fleet_watch.h takes looks, display and metrics read them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/cutover/direction.h"

namespace cutover {

/// A logical slot and the walsender that serves it.
struct SlotLook {
  std::string slot;
  std::string subscription;  ///< of the configuration; else as the slot is named
  Direction direction = Direction::forward;
  bool ours = false;  ///< of the configuration; others are shown, and say nothing of green or blue
  bool active = false;
  std::optional<double> lag_bytes;
  std::optional<double> retained_bytes;
  double latency_seconds = 0;
};

struct SequenceLook {
  double value = 0;
  bool descends = false;
};

/// One database on one side.
struct SideLook {
  std::string error;  ///< why it cannot be asked; empty: it can
  std::string version;
  std::uint32_t clients = 0;
  std::uint32_t active = 0;
  std::uint32_t idle_in_transaction = 0;
  std::uint32_t waiting = 0;
  double oldest_transaction_seconds = 0;
  double transactions = 0;
  double rollbacks = 0;
  double rows_written = 0;
  std::map<std::string, double> rows_by_table;  ///< by oid; those never written are left out
  std::optional<double> unanalyzed_tables;
  std::vector<SlotLook> slots;
  std::map<std::string, double> apply_errors;  ///< by subscription
  std::map<std::string, SequenceLook> sequences;

  bool is_up() const { return error.empty(); }
};

struct DatabaseLook {
  std::string name;
  std::size_t subscriptions = 1;  ///< that the configuration wants, in each direction
  SideLook blue;
  SideLook green;
  // Of the row of cutover.run for blue; absent before `prepare`.
  std::optional<bool> fenced;
  std::string run_id;
  std::uint64_t epoch = 0;
  double decided_at = 0;  ///< Unix time; 0: no decision
  /// Those of the way back that are there on blue; while blue is down, as it was seen last.
  std::size_t way_back_subscriptions = 0;
  // Of the row for green, on green: the fence of a rollback; absent before `subscribe`.
  std::optional<bool> green_fenced;
  double green_decided_at = 0;

  /// Sequences of green that are behind blue's, in their direction; absent when a side is not up.
  std::optional<int> sequences_behind() const;
  /// Every subscription of the way back is served by green; absent when green is not up, and where
  /// nothing of a way back is on either side.
  std::optional<bool> way_back_open() const;
};

struct EntryLook {
  std::string pgbouncer;
  std::string entry;
  std::string target;  ///< host:port
  std::string dbname;
  std::string side;  ///< blue, green, or empty for what does not move
  bool paused = false;
  std::uint32_t pool_size = 0;
  std::uint32_t connections = 0;
};

struct PoolLook {
  std::string pgbouncer;
  std::string database;
  std::string user;
  std::uint32_t clients_active = 0;
  std::uint32_t clients_waiting = 0;
  std::uint32_t servers_active = 0;
  std::uint32_t servers_idle = 0;
  double longest_wait_seconds = 0;
};

struct BouncerLook {
  std::string name;
  std::string error;   ///< why its agent cannot be asked; empty: it can
  std::string serves;  ///< blue, green, neither
  bool paused = false;
  bool intent = false;
  bool switched = false;
  std::uint32_t clients_waiting = 0;
  std::vector<EntryLook> entries;  ///< where asked for
  std::vector<PoolLook> pools;
};

struct FleetLook {
  double taken_at = 0;  ///< Unix time
  std::vector<DatabaseLook> databases;
  std::vector<BouncerLook> bouncers;

  /// Of the slowest forward subscription; after the switch of the slowest way back.
  std::optional<double> lag_bytes(Direction direction) const;
  /// "blue" or "green" where clients are let through to a side that is fenced, and every write of
  /// theirs fails; empty: nowhere.
  std::string fenced_side_in_use() const;
};

/// Now, as Unix time: for what people and Prometheus read.
double unix_now();

}  // namespace cutover
