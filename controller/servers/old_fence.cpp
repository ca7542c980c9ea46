#include "controller/servers/old_fence.h"

#include <fmt/format.h>

#include "common/base/number.h"
#include "controller/servers/claim.h"
#include "controller/servers/decision.h"
#include "controller/servers/fence_triggers.h"
#include "controller/servers/seal.h"

namespace cutover {
namespace {

constexpr const char* standing_sql = "SELECT fenced, epoch FROM cutover.run WHERE side = {}";

}  // namespace

Task<Outcome> take_down_old_fence(DatabaseServers& servers, Claim claim) {
  if (!servers.takes_down) co_return done();
  // A recovery may not have reached green when it took over.
  const auto told = co_await tell_green(servers, claim);
  if (!told.is_done()) co_return told;
  auto& target = servers.green_as_blue();
  const auto down = co_await take_down_fence(target, claim);
  if (!down.is_done()) co_return down;
  const auto ended = co_await end_fenced_sessions(target, claim);
  co_return ended;
}

Task<Outcome> old_fence_is_down(DatabaseServers& servers) {
  if (!servers.takes_down) co_return done();
  const auto record = co_await read_run_record(servers.green_as_blue());
  if (!record) co_return in_doubt(record.error());
  if (!record->fenced) co_return done();
  co_return refused(servers.green_place() + ": the fence of an earlier run is still up");
}

Task<Outcome> old_fence_stands(DatabaseServers& servers) {
  const auto blue = co_await read_run_record(servers);
  if (!blue) co_return in_doubt(blue.error());
  if (!servers.takes_down) co_return done();
  const auto row = co_await servers.green_reader.query(
      fmt::format(standing_sql, postgres::quote_literal(servers.sides.green_colour)));
  if (!row) co_return in_doubt(Error(row.error()));
  if (row->empty()) co_return in_doubt(servers.green_place() + ": cutover.run has no row for it");
  if (row->text(0, "fenced") != "t")
    co_return refused(servers.green_place() + ": the fence of an earlier run was taken down");
  if (number_in_answer<std::uint64_t>(row->text(0, "epoch")) == blue->claim.epoch) co_return done();
  co_return in_doubt(servers.green_place() + ": it has not heard of the newest claim");
}

Task<Outcome> remove_old_triggers(DatabaseServers& servers, Claim claim) {
  const auto removed = co_await remove_fence_triggers(servers.green_as_blue(), std::move(claim));
  co_return removed.is_done() ? removed : done(removed.detail);
}

}  // namespace cutover
