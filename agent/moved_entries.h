// Which rows of the console's views belong to the moved entries, and what those rows say. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/claim.h"
#include "agent/console_row.h"

namespace cutover::agent {

/// The moved entries as one process serves them. Without moves: every entry.
class MovedEntries {
 public:
  /// `databases` are the rows of SHOW DATABASES. The fallback entry "*" takes in every name but
  /// those of rows that hold neither its old nor its new route.
  MovedEntries(const Moves& moves, const std::vector<ConsoleRow>& databases);

  bool contains(const std::string& database) const;
  /// The process serves nothing else, besides its own console: one global PAUSE will do.
  bool are_everything() const { return staying_.empty(); }
  /// "*" is among them: names that nobody asked for yet can only be held by the global PAUSE.
  bool include_fallback() const { return fallback_.has_value(); }
  /// Names of the rows that do not move.
  const std::set<std::string>& staying() const { return staying_; }
  /// Rows of the moved entries in SHOW DATABASES.
  const std::vector<ConsoleRow>& rows() const { return rows_; }

 private:
  bool takes(const ConsoleRow& row) const;

  bool without_moves_;
  std::optional<Move> fallback_;
  std::set<std::string> names_;
  std::set<std::string> staying_;
  std::vector<ConsoleRow> rows_;
};

/// Sums over the rows of SHOW POOLS that belong to the moved entries. Every column sv_* counts, so
/// that a state which a newer version adds is not overlooked.
struct PoolCounts {
  std::uint32_t servers_open = 0;
  std::uint32_t servers_logging_in = 0;
  std::uint32_t clients_waiting = 0;
  std::uint32_t pools_unserved = 0;  ///< clients wait, and no server is past its login
  std::uint32_t pools_stuck = 0;     ///< of these, where not even a login is under way

  bool operator==(const PoolCounts&) const = default;
};
PoolCounts count_pools(const std::vector<ConsoleRow>& pools, const MovedEntries& entries);

/// True when the row's host and port are `route`: a missing host is "", an empty port is 5432.
bool database_has_route(const ConsoleRow& database, const Route& route);

/// The move of this row: by name, else the one of "*"; null when there is none.
const Move* move_of(const Moves& moves, const std::string& database);

/// True when every row of the moved entries has its new route.
bool all_have_new_route(const Moves& moves, const MovedEntries& entries);

/// A row of SHOW SERVERS that surely does not lead to `route`: another port, or another address
/// where the route's host is an address or a socket directory.
bool leads_elsewhere(const ConsoleRow& server, const Route& route);

/// "name" with double quotes, as the console wants it; bare where only that is short enough.
std::string quoted_entry(const std::string& name);

/// False for a name whose quotes make it longer than the console takes.
bool console_can_name(const std::string& entry);

}  // namespace cutover::agent
