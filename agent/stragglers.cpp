// See stragglers.h.
#include "agent/stragglers.h"

#include <set>

#include "common/async/within.h"

namespace cutover::agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds straggler_poll{50};
constexpr std::chrono::milliseconds own_way_limit{200};

struct Stragglers {
  std::size_t count = 0;
  std::set<std::string> kept = {};  ///< entries with one that PgBouncer does not mean to close
};

Stragglers find_stragglers(const Moves& moves, const std::vector<ConsoleRow>& servers) {
  Stragglers found;
  for (const ConsoleRow& row : servers) {
    const std::string entry = text_of(row, "database");
    const Move* const move = entry == "pgbouncer" ? nullptr : move_of(moves, entry);
    if (move == nullptr || !leads_elsewhere(row, move->to)) continue;
    ++found.count;
    if (text_of(row, "close_needed") != "1") found.kept.insert(entry);
  }
  return found;
}

Task<void> reconnect(Console& console, std::set<std::string> entries) {
  for (const std::string& entry : entries) {
    const std::string command = "RECONNECT " + quoted_entry(entry);
    const auto answer = co_await console.ask(command);
    static_cast<void>(answer);  // looked at again in any case
  }
}

}  // namespace

Task<Outcome> wait_for_stragglers(Console& console, Moves moves, std::chrono::milliseconds limit) {
  const auto start = Clock::now();
  bool told_to_go = false;
  Stragglers found;
  while (Clock::now() - start < limit) {
    const auto servers = co_await console.ask("SHOW SERVERS");
    if (servers.has_error()) co_return in_doubt(console_error("SHOW SERVERS", servers.error()));
    found = find_stragglers(moves, servers.value().rows);
    if (found.count == 0) co_return done();
    if (!told_to_go && !found.kept.empty() && Clock::now() - start > own_way_limit) {
      co_await reconnect(console, found.kept);
      told_to_go = true;
    }
    co_await sleep_for(straggler_poll);
  }
  co_return in_doubt(
      std::to_string(found.count) + " server connections still lead to the old route",
      "end the transactions that use them; the old route is fenced");
}

}  // namespace cutover::agent
