#include "controller/servers/old_fence.h"

#include <fmt/format.h>

#include "controller/servers/claim.h"
#include "controller/servers/decision.h"
#include "controller/servers/fence_triggers.h"
#include "controller/servers/seal.h"

namespace cutover {
namespace {

constexpr const char* fenced_sql = "SELECT fenced FROM cutover.run WHERE side = {}";

}  // namespace

Task<Outcome> take_down_old_fence(DatabaseServers& servers, Claim claim) {
  if (!servers.takes_down) co_return done();
  auto& target = servers.green_as_blue();
  const auto down = co_await take_down_fence(target, claim);
  if (!down.is_done()) co_return down;
  const auto ended = co_await end_fenced_sessions(target, claim);
  co_return ended;
}

Task<Outcome> restore_old_fence(DatabaseServers& servers, Claim claim) {
  if (!servers.takes_down) co_return done();
  auto& target = servers.green_as_blue();
  const auto settled = co_await end_lost_undo(target);
  if (!settled.is_done()) co_return settled;
  const auto row = co_await target.marker.query(
      fmt::format(fenced_sql, postgres::quote_literal(target.sides.blue_colour)));
  if (!row) co_return outcome_of(row.error());
  if (!row->empty() && row->text(0, "fenced") == "t") co_return done();
  const auto up = co_await put_up_fence_again(target, claim, FenceKind::decision);
  if (!up.is_done()) co_return up;
  const auto sealed = co_await seal_database(target, claim);
  co_return sealed;
}

Task<Outcome> old_fence_is_down(DatabaseServers& servers) {
  if (!servers.takes_down) co_return done();
  const auto record = co_await read_run_record(servers.green_as_blue());
  if (!record) co_return in_doubt(record.error());
  if (!record->fenced) co_return done();
  co_return refused(servers.green_place() + ": the fence of an earlier run is still up");
}

Task<Outcome> remove_old_triggers(DatabaseServers& servers) {
  const auto removed = co_await remove_fence_triggers(servers.green_as_blue());
  co_return removed.is_done() ? removed : done(removed.detail);
}

}  // namespace cutover
