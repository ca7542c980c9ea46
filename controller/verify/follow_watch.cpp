#include "controller/verify/follow_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/async/within.h"
#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/verify/patient_query.h"

namespace cutover {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds shortest_nap{5};
constexpr std::chrono::milliseconds longest_nap{200};
constexpr std::chrono::milliseconds look_interval{500};

// By the slot's active_pid: anybody may call himself by the subscription's name.
constexpr const char* applied_sql = R"(
SELECT w.slot_name, s.slot_name IS NOT NULL AS there, r.replay_lsn,
       greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn))::bigint AS lag
FROM unnest(ARRAY[{}]::text[]) AS w(slot_name)
LEFT JOIN pg_replication_slots AS s ON s.slot_name = w.slot_name AND s.database = current_database()
LEFT JOIN pg_stat_replication AS r ON r.pid = s.active_pid
ORDER BY r.replay_lsn NULLS FIRST)";

Task<Result<bool>> was_cut_over(ServerSession& blue) {
  const auto there = co_await blue.query("SELECT to_regclass('cutover.run') IS NOT NULL AS there");
  if (!there) co_return Error(there.error());
  if (there->text(0, "there") != "t") co_return false;
  const auto rows = co_await blue.query("SELECT FROM cutover.run WHERE side = 'blue' AND fenced");
  if (!rows) co_return Error(rows.error());
  co_return !rows->empty();
}

}  // namespace

FollowWatch::FollowWatch(boost::asio::any_io_executor executor, SessionOptions on_blue,
                         FollowOptions options)
    : blue_(std::move(on_blue)), options_(std::move(options)), lock_(executor) {}

Task<Result<FollowWatch::Sight>> FollowWatch::look() {
  const auto rows = co_await query_patiently(
      blue_, fmt::format(applied_sql, list_of_literals(options_.slots)), options_.patience);
  if (!rows) co_return Error(rows.error());
  Sight sight;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    sight.lag_bytes =
        std::max(sight.lag_bytes, number_in_answer<std::uint64_t>(rows->text(i, "lag")));
    if (rows->text(i, "there") != "t") sight.no_slot = rows->text(i, "slot_name");
  }
  if (rows->empty() || !rows->at(0, "replay_lsn")) {
    sight.not_followed = rows->empty() ? "(none)" : rows->text(0, "slot_name");
    co_return sight;
  }
  const auto applied = parse_lsn(rows->text(0, "replay_lsn"));
  if (!applied) co_return applied.error();
  sight.applied = *applied;
  co_return sight;
}

Task<Result<FollowWatch::Sight>> FollowWatch::look_in_hope() {
  const auto sight = co_await look();
  if (!sight || sight->no_slot.empty()) co_return sight;
  const auto cut_over = co_await was_cut_over(blue_);
  if (!cut_over) co_return cut_over.error();
  if (*cut_over)
    co_return Error{fmt::format("{}: it was cut over, and green follows it no longer: slot {} is "
                                "gone",
                                blue_.place(), sight->no_slot),
                    "compare before a cutover; the way back is not compared, `cutover status` "
                    "shows how far it is"};
  co_return Error{
      fmt::format("{}: no slot {}: green does not follow", blue_.place(), sight->no_slot),
      "`cutover prepare` makes a slot; green has to be filled anew for it"};
}

void FollowWatch::tell_waiting(const Sight& sight, Clock::time_point since) {
  const auto now = Clock::now();
  if (!options_.waiting || now - std::max(told_at_, since) < options_.tell_interval) return;
  told_at_ = now;
  options_.waiting(
      sight.not_followed.empty()
          ? fmt::format("{}: green is {} MB behind", blue_.place(), sight.lag_bytes >> 20)
          : fmt::format("{}: nobody follows slot {}", blue_.place(), sight.not_followed));
}

Error FollowWatch::stuck(const Sight& sight, const std::string& waited_for) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options_.patience).count();
  const auto why = sight.not_followed.empty()
                       ? fmt::format("green stands at {}", to_text(sight.applied))
                       : "nobody follows slot " + sight.not_followed;
  return {fmt::format("{}: waited {} s for green to {}, and {}", blue_.place(), seconds, waited_for,
                      why),
          "`cutover status` shows the subscription; green's log says why it stands still"};
}

Task<std::optional<Error>> FollowWatch::until_applied(Lsn position) {
  auto nap = shortest_nap;
  const auto begun = Clock::now();
  auto moved_at = begun;
  Lsn best;
  while (true) {
    const auto sight = co_await look_in_hope();
    if (!sight) co_return sight.error();
    if (sight->not_followed.empty() && sight->applied >= position) co_return std::nullopt;
    if (sight->applied > best) moved_at = Clock::now();
    best = std::max(best, sight->applied);
    if (Clock::now() - moved_at > options_.patience)
      co_return stuck(*sight, "apply " + to_text(position));
    tell_waiting(*sight, begun);
    co_await sleep_for(nap);
    nap = std::min(nap * 2, longest_nap);
  }
}

Task<std::optional<Error>> FollowWatch::until_close() {
  const auto held = co_await lock_.acquire();
  const auto begun = Clock::now();
  Lsn best;
  auto moved_at = begun;
  while (Clock::now() >= close_until_) {
    const auto sight = co_await look_in_hope();
    if (!sight) co_return sight.error();
    if (sight->not_followed.empty() && sight->lag_bytes <= options_.most_lag_bytes) {
      close_until_ = Clock::now() + look_interval;
      break;
    }
    if (sight->applied > best) moved_at = Clock::now();
    best = std::max(best, sight->applied);
    if (Clock::now() - moved_at > options_.patience) co_return stuck(*sight, "come closer");
    tell_waiting(*sight, begun);
    co_await sleep_for(longest_nap);
    held_back_ = held_back_ + longest_nap;
  }
  co_return std::nullopt;
}

}  // namespace cutover
