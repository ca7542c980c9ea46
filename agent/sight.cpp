// See sight.h.
#include "agent/sight.h"

#include <algorithm>
#include <cstdio>

#include "common/async/gather.h"

namespace cutover::agent {
namespace {

bool is_paused_row(const ConsoleRow& row) {
  return text_of(row, "paused") == "1";
}

Sight sight_of(const Moves& moves, std::vector<ConsoleRow> databases,
               const std::vector<ConsoleRow>& pools) {
  const MovedEntries entries(moves, databases);
  Sight sight;
  sight.entries = entries.rows();
  sight.entries_paused =
      !sight.entries.empty() && std::ranges::all_of(sight.entries, is_paused_row);
  sight.any_paused = std::ranges::any_of(sight.entries, is_paused_row);
  sight.pools = count_pools(pools, entries);
  sight.serves_only_moved = entries.are_everything();
  sight.moves_fallback = entries.include_fallback();
  sight.on_new_route = !moves.empty() && all_have_new_route(moves, entries);
  sight.databases = std::move(databases);
  return sight;
}

struct Looked {
  ConsoleAnswer databases = ConsoleReply();
  ConsoleAnswer pools = ConsoleReply();
  Result<bool> paused = false;
};

Task<void> show(Console& console, std::string command, ConsoleAnswer& answer) {
  answer = co_await console.ask(command);
}

Task<void> see_pause(Console& console, Result<bool>& paused) {
  paused = co_await is_globally_paused(console);
}

}  // namespace

Error console_error(const std::string& command, const postgres::Failure& failure) {
  Error error = failure;
  error.what = command + ": " + failure.what;
  if (error.hint.empty() && failure.lost)
    error.hint = "see that PgBouncer runs and that `admin` in agent.toml leads to its console";
  return error;
}

bool is_version_at_least(const std::string& version, int major, int minor) {
  int found_major = 0;
  int found_minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &found_major, &found_minor) != 2) return false;
  return std::pair(found_major, found_minor) >= std::pair(major, minor);
}

Task<Result<std::map<std::string, std::string>>> settings_of(Console& console) {
  const auto config = co_await console.ask("SHOW CONFIG");
  if (config.has_error()) co_return console_error("SHOW CONFIG", config.error());
  std::map<std::string, std::string> settings;
  for (const ConsoleRow& row : config.value().rows)
    settings[text_of(row, "key")] = text_of(row, "value");
  co_return settings;
}

Task<Result<bool>> is_globally_paused(Console& console) {
  if (is_version_at_least(console.version(), 1, 19)) {
    const auto state = co_await console.ask("SHOW STATE");
    if (state.has_error()) co_return console_error("SHOW STATE", state.error());
    for (const ConsoleRow& row : state.value().rows)
      if (text_of(row, "key") == "paused") co_return text_of(row, "value") == "yes";
    co_return Error{"SHOW STATE has no row `paused`"};
  }
  // Refused in either state, and the refusal tells which.
  const auto probe = co_await console.ask("PAUSE pgbouncer");
  if (probe.has_value()) co_return Error{"PAUSE pgbouncer was not refused"};
  const std::string& what = probe.error().what;
  if (what.find("already suspended/paused") != std::string::npos) co_return true;
  if (what.find("cannot pause admin db") != std::string::npos) co_return false;
  co_return console_error("PAUSE pgbouncer", probe.error());
}

/// Each on a line of its own: one exchange instead of three.
Task<Result<Sight>> look_at(Console& console, Moves moves) {
  Looked looked;
  std::vector<Task<void>> looks;
  looks.push_back(show(console, "SHOW DATABASES", looked.databases));
  looks.push_back(show(console, "SHOW POOLS", looked.pools));
  looks.push_back(see_pause(console, looked.paused));
  co_await gather(std::move(looks));
  if (looked.databases.has_error())
    co_return console_error("SHOW DATABASES", looked.databases.error());
  if (looked.pools.has_error()) co_return console_error("SHOW POOLS", looked.pools.error());
  if (looked.paused.has_error()) co_return looked.paused.error();
  Sight sight =
      sight_of(moves, std::move(looked.databases.value().rows), looked.pools.value().rows);
  sight.globally_paused = looked.paused.value();
  sight.any_paused = sight.any_paused || looked.paused.value();
  co_return sight;
}

Task<Result<std::uint32_t>> count_servers_elsewhere(Console& console, Moves moves) {
  const auto servers = co_await console.ask("SHOW SERVERS");
  if (servers.has_error()) co_return console_error("SHOW SERVERS", servers.error());
  std::uint32_t elsewhere = 0;
  for (const ConsoleRow& row : servers.value().rows) {
    const Move* const move = move_of(moves, text_of(row, "database"));
    if (move != nullptr && text_of(row, "database") != "pgbouncer" &&
        leads_elsewhere(row, move->to))
      ++elsewhere;
  }
  co_return elsewhere;
}

}  // namespace cutover::agent
