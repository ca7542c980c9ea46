// Which entries of one bouncer move, and where to: the configuration laid over what its agent
// found on disk. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "proto/agent.pb.h"

namespace cutover {

/// An entry that stays, and where it stands.
struct StandingEntry {
  std::string pgbouncer;
  std::string entry;
  std::string holds;  ///< "host:port/dbname"
  std::string place;  ///< "FILE:LINE"
};

struct EntryPlan {
  std::vector<proto::EntryMove> moves;  ///< one per entry name, in the order of the names
  /// They hold a route that moves, and are neither in `entries` nor in `ignore_entries`: the check
  /// fails on any of these. A "*" without dbname serves every database of its server, so it is
  /// never moved by default and stands here until it is named.
  std::vector<StandingEntry> unclaimed;
  std::vector<StandingEntry> same_server;  ///< of a moving server, but another dbname: only warn
  /// Where the others move to, by no word of the configuration: only warn. The way back moves them.
  std::vector<StandingEntry> there_already;
};

/// For `Direction::back` the colours are exchanged. An error when a process could not be inspected,
/// a named entry is missing or holds another route, one entry would have to move in two ways, or
/// nothing is left to move.
Result<EntryPlan> entry_moves(const Config& config, const BouncerConfig& bouncer,
                              const proto::Inspection& inspection,
                              Direction direction = Direction::forward);

/// Where no moves of a run are known: takes the entries out that do not move whichever side they
/// stand on, by the same rules.
void keep_moving_entries(const Config& config, const std::string& bouncer,
                         proto::AgentState& state);

/// The host and port are the same: an absent port is 5432, hosts are compared without case.
bool same_end(const std::string& host, const std::string& port, const std::string& other_host,
              const std::string& other_port);

}  // namespace cutover
