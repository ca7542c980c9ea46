#include "controller/servers/green_durability.h"

#include <fmt/format.h>

#include "controller/servers/writer_locks.h"

namespace cutover {
namespace {

// The position is taken before the commit and kept with it: everything applied from blue is below,
// everything that clients will write is above. A second gate that is passed again for the same
// decision leaves it, since clients may have written meanwhile.
constexpr const char* durable_sql = R"(
BEGIN; SET LOCAL synchronous_commit = on;
UPDATE cutover.run
SET durable_at = clock_timestamp(), way_back_for = {1},
    way_back_from = CASE WHEN way_back_for = {1} AND way_back_from IS NOT NULL THEN way_back_from
                         ELSE pg_current_wal_insert_lsn() END
WHERE side = {0} AND epoch <= {2}
RETURNING way_back_from AS position; COMMIT)";

}  // namespace

Task<Outcome> end_lost_write(DatabaseServers& servers) {
  const auto ended =
      co_await end_unanswered(servers.green, servers.green_watcher, servers.options.run_id,
                              servers.green_in_flight, "the session of a lost write");
  co_return ended;
}

Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers, Claim claim) {
  const auto ended = co_await end_lost_write(servers);
  if (!ended.is_done()) co_return Error{ended.detail, ended.hint};
  const auto unopened = co_await servers.green.open();
  if (unopened) co_return *unopened;
  servers.green_in_flight = servers.green.backend_pid();
  const auto answer = co_await servers.green.script(
      fmt::format(durable_sql, postgres::quote_literal(servers.sides.green_colour),
                  postgres::quote_literal(servers.decision), claim.epoch));
  if (answer || !answer.error().lost) servers.green_in_flight = 0;
  if (!answer) {
    servers.green.close();  // its transaction may be open
    co_return Error(answer.error());
  }
  if (answer->at(2).empty())
    co_return Error{fmt::format("{}: cutover.run has no row for side '{}', or a newer run acts",
                                servers.green_place(), servers.sides.green_colour),
                    "run `cutover subscribe`, or look who acts with `cutover status`"};
  const auto position = parse_lsn(answer->at(2).text(0, "position"));
  if (!position) co_return position.error();
  co_return *position;
}

}  // namespace cutover
