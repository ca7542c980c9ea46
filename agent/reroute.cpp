// See reroute.h. No fsync and no avoidable round trip stands between RELOAD and RESUME.
#include "agent/reroute.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "agent/drain.h"
#include "agent/resume.h"
#include "common/async/gather.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds reload_limit{5000};

/// Entries whose rows do not have the new route, for the message.
std::string wrong_routes(const Moves& moves, const MovedEntries& entries) {
  std::string wrong;
  for (const ConsoleRow& row : entries.rows()) {
    const Move* const move = move_of(moves, text_of(row, "name"));
    if (move == nullptr || database_has_route(row, move->to)) continue;
    wrong += (wrong.empty() ? "" : ", ") + text_of(row, "name") + " has " +
             to_text(Route{text_of(row, "host"), text_of(row, "port")}) + " instead of " +
             to_text(move->to);
  }
  return wrong;
}

Task<void> show_databases(Console& console, ConsoleAnswer& answer) {
  answer = co_await console.ask("SHOW DATABASES");
}

Task<void> compare_canaries(Console& console, Canaries before, std::string& changed) {
  if (before.empty()) co_return;
  const auto after = co_await read_canaries(console);
  changed = after.has_error() ? after.error().what : difference(before, after.value());
}

/// RELOAD, then what SHOW DATABASES says: the rows of the moved entries; `changed` says what else
/// is not as it was.
Task<Result<std::vector<ConsoleRow>>> reload(Console& console, Moves moves, Canaries before,
                                             std::string& changed) {
  const auto reloaded = co_await console.ask("RELOAD", reload_limit);
  if (reloaded.has_error()) co_return console_error("RELOAD", reloaded.error());
  ConsoleAnswer databases = ConsoleReply();
  std::vector<Task<void>> looks;
  looks.push_back(show_databases(console, databases));
  looks.push_back(compare_canaries(console, before, changed));
  co_await gather(std::move(looks));
  if (databases.has_error()) co_return console_error("SHOW DATABASES", databases.error());
  const MovedEntries entries(moves, databases.value().rows);
  const std::string wrong = wrong_routes(moves, entries);
  if (wrong.empty()) co_return entries.rows();
  co_return Error{"after RELOAD " + wrong,
                  "see PgBouncer's log for what it could not load; the agent tries again"};
}

/// A process that serves already: a short pause keeps the servers of two routes apart.
Task<void> pause_if_possible(Console& console, Moves moves, std::chrono::milliseconds limit) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const PauseOrder order{moves, std::chrono::steady_clock::now() + limit, StopSign(executor)};
  const auto paused = co_await pause_and_drain(console, order);
  static_cast<void>(paused);  // the old route is sealed: going on is right in any case
}

}  // namespace

Task<Result<Canaries>> read_canaries(Console& console) {
  static const std::vector<std::string> names = {
      "pool_mode",  "admin_users",     "stats_users",       "auth_type",
      "auth_file",  "listen_port",     "unix_socket_dir",   "default_pool_size",
      "auth_query", "max_client_conn", "server_tls_sslmode"};
  auto settings = co_await settings_of(console);
  if (settings.has_error()) co_return settings.error();
  Canaries canaries = std::move(settings.value());
  std::erase_if(canaries,
                [](const auto& setting) { return !std::ranges::count(names, setting.first); });
  co_return canaries;
}

std::string difference(const Canaries& before, const Canaries& after) {
  for (const auto& [name, value] : before) {
    const auto found = after.find(name);
    const std::string now = found == after.end() ? "" : found->second;
    if (now != value) return name + " was " + value + " and is " + now;
  }
  return "";
}

Task<Outcome> reroute(Console& console, Moves moves, Canaries before,
                      std::chrono::milliseconds pause_limit) {
  const auto sight = co_await look_at(console, moves);
  if (sight.has_error()) co_return in_doubt(sight.error());
  if (sight.value().on_new_route && !sight.value().any_paused) co_return done();
  if (!sight.value().is_paused()) co_await pause_if_possible(console, moves, pause_limit);

  std::string changed;
  const auto entries = co_await reload(console, moves, before, changed);
  if (entries.has_error()) co_return in_doubt(entries.error());
  auto resumed = co_await send_resumes(console, entries.value());
  if (!changed.empty() && resumed.is_done())
    resumed.detail = "RELOAD changed more than the route: " + changed;
  co_return resumed;
}

}  // namespace cutover::agent
