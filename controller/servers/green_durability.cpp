#include "controller/servers/green_durability.h"

#include <fmt/format.h>

namespace cutover {

Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers) {
  const auto answer = co_await servers.green.script(
      fmt::format("BEGIN; SET LOCAL synchronous_commit = on; "
                  "UPDATE cutover.run SET durable_at = clock_timestamp() WHERE side = {}; COMMIT; "
                  "SELECT pg_current_wal_insert_lsn() AS position",
                  postgres::quote_literal(servers.sides.green_colour)));
  if (!answer) {
    servers.green.close();  // its transaction may be open
    co_return Error(answer.error());
  }
  if (answer->at(2).affected() != 1)
    co_return Error{fmt::format("{}: cutover.run has no row for side '{}'", servers.green_place(),
                                servers.sides.green_colour),
                    "run `cutover subscribe`"};
  const auto position = parse_lsn(answer->back().text(0, "position"));
  if (!position) co_return position.error();
  co_return *position;
}

}  // namespace cutover
