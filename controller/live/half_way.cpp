#include "controller/live/half_way.h"

#include <fmt/format.h>

#include "controller/checks/read_only_server.h"
#include "controller/cutover/recovery.h"
#include "controller/live/last_direction.h"
#include "controller/live/live_fleet.h"

namespace cutover {
namespace {

constexpr const char* left_sql = R"(
SELECT run_id, coalesce(decided_at::timestamptz(0)::text, '') AS decided_at
FROM cutover.run WHERE side = $1 AND fenced)";

std::string told(const std::string& side, const std::string& run, const std::string& decided_at) {
  const auto since = decided_at.empty() ? "" : ", decided at " + decided_at;
  return fmt::format("{} is fenced: run {} left it{}", side, run, since);
}

}  // namespace

Task<Outcome> no_run_is_half_way(boost::asio::any_io_executor executor, Config config,
                                 std::string run_id) {
  const auto last = co_await look_for_last_run(config);
  LiveFleet fleet(executor, config, run_id, last.direction);
  const auto errors = co_await fleet.connect_for_recovery();
  if (!errors.empty()) co_return in_doubt(errors.front());
  co_await fleet.learn_for_recovery();
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt(record.error());
  const auto sights = co_await fleet.look_at_bouncers();
  auto outcome = nothing_is_half_way(*record, sights);
  outcome.detail = in_colours(last.direction, outcome.detail);
  co_return outcome;
}

Task<std::optional<Error>> why_already_left(Config config, Direction direction) {
  const auto* colour = configured_colour(direction, "blue");
  for (const auto& database : config.databases) {
    ServerOptions options{colour, direction == Direction::forward ? database.blue : database.green};
    options.sessions = 1;
    const auto server = co_await ReadOnlyServer::open(options);
    const postgres::Parameters side{std::string(colour)};
    const auto rows = co_await server.ask(left_sql, side);
    if (!rows || rows->empty()) continue;
    const auto place = fmt::format("{} {}", colour, database.name);
    co_return Error{
        told(place, rows->text(0, "run_id"), rows->text(0, "decided_at")),
        fmt::format("`cutover status` shows who serves: where clients are on {0}, there is nothing "
                    "more to move, `cutover finish` cleans up and {1} goes back; where the run did "
                    "not end, `cutover recover`",
                    configured_colour(direction, "green"),
                    direction == Direction::forward ? "`cutover rollback`" : "a new `cutover`")};
  }
  co_return std::nullopt;
}

}  // namespace cutover
