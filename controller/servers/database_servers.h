// Our sessions on blue and green for one database, and what this process knows of them. The steps
// of the protocol are functions on it: claim.h, published_tables.h, fence_triggers.h,
// writer_locks.h, mark_and_gate.h, decision.h, seal.h, sequences.h, schema_hash.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/cutover/fleet.h"
#include "controller/servers/server_session.h"
#include "controller/servers/sides.h"

namespace cutover {

struct PublishedTable {
  std::uint32_t oid = 0;
  std::string name;  ///< quoted and qualified
};

/// A server as the claim saw it; empty: could not be seen.
struct ServerIdentity {
  std::string system_identifier;
  std::string timeline;
  bool operator==(const ServerIdentity&) const = default;
};

struct SequenceState {
  std::string name;  ///< quoted and qualified
  bool descends = false;
  bool cycles = false;
  std::int64_t last_value = 0;
  bool is_called = false;

  bool operator==(const SequenceState&) const = default;
};

/// What a session has prepared to read all sequences again.
struct SequenceReading {
  std::string signature;            ///< which sequences there were; empty: nothing is prepared
  std::vector<SequenceState> list;  ///< in the order of their oids; the values as first read
  std::vector<std::uint32_t> oids;
  std::vector<std::size_t> called;    ///< places in the list: they had handed out a value
  std::vector<std::size_t> uncalled;  ///< the others
};

struct FleetOptions {
  std::string run_id;
  std::chrono::milliseconds lease{3000};
  std::chrono::milliseconds login_timeout{5000};
  std::chrono::milliseconds trigger_lock_timeout{50};  ///< longer would hold writers up unpaused
  std::chrono::milliseconds seal_timeout{4000};        ///< for sessions to go
};

struct DatabaseServers {
  DatabaseServers(Sides database, const FleetOptions& options);

  Sides sides;
  FleetOptions options;

  // On blue. Each does one thing at a time, so that what runs at the same time does not wait.
  ServerSession keeper;   ///< the advisory lock of the claim
  ServerSession decider;  ///< holds the locks, commits the decision
  ServerSession marker;   ///< what commits beside it: markers, undo, seal
  ServerSession watcher;  ///< gate and traffic
  ServerSession reader;   ///< catalogue
  ServerSession sequencer;
  // On green.
  ServerSession green;
  ServerSession green_watcher;
  ServerSession green_reader;

  std::vector<PublishedTable> published;        ///< by oid, as of the last look
  std::vector<PublishedTable> without_trigger;  ///< of them, as of the last hold
  bool may_shorten_deadlock_timeout = false;
  bool held = false;                ///< the decider's open transaction has the locks
  bool decision_in_flight = false;  ///< sent, and no answer known: it may still commit
  int undo_in_flight = 0;           ///< backend of an undo without answer: it may still take effect
  int green_in_flight = 0;  ///< on green, of sequences or a position without answer: likewise
  bool sealed = false;      ///< by this process, under the fence that is up now
  std::string decision;     ///< token of the fence that is up, as blue's row has it
  bool takes_down = false;  ///< a fence of an earlier run stood on green at the claim
  std::vector<std::string> before_fence;  ///< "pid/start" of sessions seen when writers were held
  std::string schema_seen;                ///< blue's hash at the checks
  /// Blue's and green's catalogue when the schema was last looked at whole and found in order;
  /// empty: never.
  std::string schema_versions;
  ServerIdentity blue_seen;
  ServerIdentity green_seen;
  std::vector<std::pair<std::string, Lsn>> slots_seen;  ///< name, confirmed position
  SequenceReading blue_sequences;
  SequenceReading green_sequences;

  std::string blue_place() const { return sides.blue_colour + " " + sides.name; }
  std::string green_place() const { return sides.green_colour + " " + sides.name; }
  std::vector<int> also_ours;  ///< further backends of this controller on blue, never ended
  std::vector<int> also_ours_on_green;  ///< likewise on green

  /// Green as the side whose fence is put up and taken down: the same server with exchanged colours
  /// and sessions of its own, opened when they are needed.
  DatabaseServers& green_as_blue();

  /// "12,345" of every backend on blue that is ours; never empty.
  std::string own_pids();
  std::vector<ServerSession*> on_blue();
  std::vector<ServerSession*> on_green();
  std::vector<std::string> publications() const;
  std::vector<std::string> slots() const;

 private:
  std::unique_ptr<DatabaseServers> green_as_blue_;
};

/// `failure` as an outcome: a lost connection leaves the effect in doubt.
Outcome outcome_of(const postgres::Failure& failure, std::string hint = {});

}  // namespace cutover
