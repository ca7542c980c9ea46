// One look at a PgBouncer process through its console, for the entries that move.
#pragma once

#include "agent/console.h"
#include "agent/moved_entries.h"
#include "common/base/result.h"

namespace cutover::agent {

struct Sight {
  std::vector<ConsoleRow> databases = {};  ///< SHOW DATABASES, every row
  std::vector<ConsoleRow> entries = {};    ///< those of the moved entries
  bool globally_paused = false;
  bool entries_paused = false;  ///< every moved entry by its own PAUSE
  bool any_paused = false;      ///< globally, or any moved entry
  PoolCounts pools = {};
  bool serves_only_moved = false;
  bool moves_fallback = false;
  bool on_new_route = false;  ///< SHOW DATABASES gives every moved entry its new route

  bool is_paused() const { return globally_paused || (entries_paused && !moves_fallback); }
  bool is_drained() const { return is_paused() && pools.servers_open == 0; }
};

Task<Result<Sight>> look_at(Console& console, Moves moves);

/// The global pause, which SHOW DATABASES does not tell; in every version and without effect.
Task<Result<bool>> is_globally_paused(Console& console);

/// Server connections of the moved entries that surely do not lead to the new route.
Task<Result<std::uint32_t>> count_servers_elsewhere(Console& console, Moves moves);

/// The error of a console command, with the command in front.
Error console_error(const std::string& command, const postgres::Failure& failure);

/// SHOW CONFIG: setting → value.
Task<Result<std::map<std::string, std::string>>> settings_of(Console& console);

/// `version` as PgBouncer prints it ("1.18.0"); false where it cannot be read.
bool is_version_at_least(const std::string& version, int major, int minor);

}  // namespace cutover::agent
