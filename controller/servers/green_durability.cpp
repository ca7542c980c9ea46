#include "controller/servers/green_durability.h"

#include <fmt/format.h>

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

Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers, Claim claim) {
  const auto answer = co_await servers.green.script(
      fmt::format(durable_sql, postgres::quote_literal(servers.sides.green_colour),
                  postgres::quote_literal(servers.decision), claim.epoch));
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
