#include "controller/runbook/follow.h"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <optional>

#include "common/async/within.h"
#include "controller/runbook/blue_slots.h"
#include "controller/runbook/interruption.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds between_reports(1);

constexpr const char* copied_sql = R"(
SELECT count(*) AS tables, count(*) FILTER (WHERE r.srsubstate = 'r') AS ready
FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
WHERE s.subname IN ({}) AND s.subdbid = (SELECT oid FROM pg_database
                                         WHERE datname = current_database()))";

constexpr const char* lag_sql = R"(
SELECT CASE WHEN count(r.replay_lsn) = {0}
            THEN max(greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)))::bigint END
       AS lag
FROM pg_replication_slots AS s JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.database = current_database() AND s.slot_name IN ({1}))";

struct Distance {
  std::uint64_t tables = 0;
  std::uint64_t ready = 0;
  std::optional<std::uint64_t> lag_bytes;  ///< of the slowest; unknown while a worker is missing

  bool is_close(const PhaseOptions& options) const {
    return ready == tables && lag_bytes && *lag_bytes <= options.lag_to_start_bytes;
  }
};

/// A slot that is gone or has lost its WAL: green comes no closer, however long one waits.
Task<std::optional<Error>> why_in_vain(PhaseServers& servers) {
  const auto missing = co_await missing_slots(servers.blue, servers.database);
  if (!missing) co_return missing.error();
  if (missing->empty()) co_return std::nullopt;
  co_return Error{fmt::format("{}: no slot {} any more", servers.blue.place(), named(*missing)),
                  "drop the subscription on green, `cutover prepare`, and fill green anew"};
}

Task<Result<Distance>> measure(ServerSession& blue, ServerSession& green, DatabaseConfig database) {
  const auto copied =
      co_await green.query(fmt::format(copied_sql, list_of_literals(subscriptions_of(database))));
  if (!copied) co_return Error(copied.error());
  const auto lag = co_await blue.query(
      fmt::format(lag_sql, database.subscriptions.size(), list_of_literals(slots_of(database))));
  if (!lag) co_return Error(lag.error());
  Distance distance;
  distance.tables = number_of(copied->text(0, "tables"));
  distance.ready = number_of(copied->text(0, "ready"));
  if (lag->at(0, "lag")) distance.lag_bytes = number_of(lag->text(0, "lag"));
  co_return distance;
}

std::string size_text(std::uint64_t bytes) {
  constexpr double kibi = 1024;
  const auto size = static_cast<double>(bytes);
  if (size < 10 * kibi) return fmt::format("{} bytes", bytes);
  if (size < 10 * kibi * kibi) return fmt::format("{:.0f} KiB", size / kibi);
  if (size < 10 * kibi * kibi * kibi) return fmt::format("{:.0f} MiB", size / kibi / kibi);
  return fmt::format("{:.1f} GiB", size / kibi / kibi / kibi);
}

/// From how it went since the first look: tables while they are copied, then bytes.
class Estimate {
 public:
  std::string text(const Distance& now) {
    const auto at = Clock::now();
    const bool copies = now.ready < now.tables;
    if (!begun_ || copies != copied_) {
      begun_ = at;
      first_ = now;
      copied_ = copies;
    }
    const std::chrono::duration<double> passed = at - *begun_;
    const auto left = copies ? now.tables - now.ready : now.lag_bytes.value_or(0);
    const auto before = copies ? first_.tables - first_.ready : first_.lag_bytes.value_or(0);
    if (left == 0 || before <= left || passed < std::chrono::seconds(1)) return {};
    const auto rate = static_cast<double>(before - left) / passed.count();
    return fmt::format(", about {:.0f} s to go", static_cast<double>(left) / rate);
  }

 private:
  std::optional<Clock::time_point> begun_;
  Distance first_;
  bool copied_ = false;
};

std::string text_of(const Distance& distance) {
  return fmt::format("{} of {} tables follow, {}", distance.ready, distance.tables,
                     distance.lag_bytes ? size_text(*distance.lag_bytes) + " behind"
                                        : "no worker of green is connected to blue");
}

}  // namespace

Task<Result<Standing>> look_at_following(const PhaseSight& sight) {
  const auto distance = co_await measure(sight.blue, sight.green, sight.database);
  if (!distance) co_return distance.error();
  if (distance->tables > 0 && distance->is_close(sight.options))
    co_return holds(text_of(*distance));
  co_return due();
}

Task<Outcome> wait_until_it_follows(PhaseServers& servers) {
  const auto end = Clock::now() + servers.options.patience;
  auto report_at = Clock::now();
  Estimate estimate;
  Distance last;
  const auto executor = co_await boost::asio::this_coro::executor;
  const Interruption interruption(executor);
  while (Clock::now() < end) {
    if (interruption.is_wanted())
      co_return refused("interrupted: " + text_of(last),
                        "green goes on by itself; subscribe again to wait on");
    const auto distance = co_await measure(servers.blue, servers.green, servers.database);
    if (!distance) co_return in_doubt(distance.error());
    last = *distance;
    const auto estimated = estimate.text(last);
    if (last.is_close(servers.options)) co_return done(text_of(last));
    const auto in_vain = co_await why_in_vain(servers);
    if (in_vain) co_return refused(*in_vain);
    if (Clock::now() >= report_at) {
      servers.tell_progress(text_of(last) + estimated);
      report_at = Clock::now() + between_reports;
    }
    co_await sleep_for(servers.options.look_interval);
  }
  co_return in_doubt(servers.green.place() + ": green did not come close in time: " + text_of(last),
                     "`cutover status` shows how far it is; subscribe again to wait on");
}

}  // namespace cutover
