// Claim, decision and their undoing over all databases: the first one counts, its commit is first
// in the claim and last in the decision.
#include <algorithm>

#include "common/async/gather.h"
#include "common/base/outcomes.h"
#include "controller/servers/claim.h"
#include "controller/servers/decision.h"
#include "controller/servers/mark_and_gate.h"
#include "controller/servers/seal.h"
#include "controller/servers/server_fleet.h"

namespace cutover {
namespace {

Task<Outcome> remember_again(DatabaseServers& servers) {
  const auto error = co_await remember_servers(servers);
  co_return error ? refused(*error) : done();
}

Task<Outcome> undo_fence(DatabaseServers& servers, Claim claim) {
  const auto down = co_await take_down_fence(servers, claim);
  if (!down.is_done()) co_return down;
  const auto ended = co_await end_fenced_sessions(servers, claim);
  co_return ended;
}

}  // namespace

/// Above what any database's row says: the order of databases in the configuration may have
/// changed.
Task<Result<std::uint64_t>> ServerFleet::next_epoch() const {
  std::vector<Task<Result<RunRecord>>> reads;
  for (const auto& each : databases_) reads.push_back(read_run_record(*each));
  const auto records = co_await gather(std::move(reads));
  std::uint64_t highest = 0;
  for (const auto& record : records) {
    if (!record) co_return record.error();
    highest = std::max(highest, record->claim.epoch);
  }
  co_return std::max(highest, epoch_of_agents_) + 1;
}

/// Green's rows count too: the last run may have gone the other way.
Task<Result<std::uint64_t>> ServerFleet::next_epoch_of_both_sides() const {
  const auto on_blue = co_await next_epoch();
  if (!on_blue) co_return on_blue.error();
  std::vector<Task<Result<std::uint64_t>>> looks;
  for (const auto& each : databases_) looks.push_back(look_at_green_row(*each));
  const auto epochs = co_await gather(std::move(looks));
  std::uint64_t next = *on_blue;
  for (const auto& epoch : epochs) {
    if (!epoch) co_return epoch.error();
    next = std::max(next, *epoch + 1);
  }
  co_return next;
}

Task<Outcome> ServerFleet::tell_green_everywhere() {
  const auto outcome = co_await everywhere(tell_green);
  co_return outcome;
}

Task<Result<Claim>> ServerFleet::settle_claim(Result<Claim> taken) {
  if (!taken) co_return taken;
  claim_ = *taken;
  std::vector<Task<Outcome>> acts;
  for (std::size_t i = 1; i < databases_.size(); ++i)
    acts.push_back(follow_epoch(*databases_[i], claim_));
  const auto followed = co_await gather(std::move(acts));
  const auto others = worst_of(followed);
  if (!others.is_done()) co_return Error{others.detail, others.hint};
  co_return taken;
}

Task<Result<Claim>> ServerFleet::claim_and_remember() {
  const auto epoch = co_await next_epoch_of_both_sides();
  if (!epoch) co_return epoch.error();
  auto taken = co_await take_epoch(*databases_.front(), *epoch);
  auto claim = co_await settle_claim(std::move(taken));
  if (!claim) co_return claim;
  const auto told = co_await tell_green_everywhere();
  if (!told.is_done()) co_return Error{told.detail, told.hint};
  const auto remembered = co_await everywhere(remember_again);
  if (!remembered.is_done()) co_return Error{remembered.detail, remembered.hint};
  co_return claim;
}

Task<Result<Claim>> ServerFleet::claim_blue() {
  auto& first = *databases_.front();
  const auto locked = co_await lock_claim(first);
  if (!locked.is_done()) co_return Error{locked.detail, locked.hint};
  auto claim = co_await claim_and_remember();
  if (!claim) {
    const auto unlocked = co_await unlock_claim(first);
    if (!unlocked.is_done()) first.keeper.close();
  }
  co_return claim;
}

/// A green out of reach must not keep recovery from going back; the last look before a switch
/// refuses where nothing was remembered. The direction is told by blue's row, which recovery asks
/// first.
Task<Result<Claim>> ServerFleet::take_over_blue() {
  const auto epoch = co_await next_epoch();
  if (!epoch) co_return epoch.error();
  auto taken = co_await seize_epoch(*databases_.front(), *epoch);
  auto claim = co_await settle_claim(std::move(taken));
  if (!claim) co_return claim;
  co_await everywhere(remember_again);
  co_await tell_green_everywhere();
  co_return claim;
}

Task<Outcome> ServerFleet::release_blue() {
  const auto outcome = co_await unlock_claim(*databases_.front());
  co_return outcome;
}

Task<Outcome> ServerFleet::fence_the_others() {
  std::vector<Task<Outcome>> fences;
  for (std::size_t i = 1; i < databases_.size(); ++i)
    fences.push_back(put_up_fence(*databases_[i], claim_, FenceKind::fence_only));
  const auto outcomes = co_await gather(std::move(fences));
  co_return worst_of(outcomes);
}

/// Where the decision itself was refused, the fences before it come down again, so that "refused"
/// means that nothing changed.
Task<Outcome> ServerFleet::decide() {
  auto outcome = co_await fence_the_others();
  if (outcome.is_done())
    outcome = co_await put_up_fence(*databases_.front(), claim_, FenceKind::decision);
  if (!outcome.is_refused() || databases_.size() == 1) co_return outcome;
  const auto undone = co_await undo_decision();
  if (undone.is_done()) co_return outcome;
  co_return in_doubt(
      outcome.detail + "; and fences of other databases could not be taken down: " + undone.detail,
      "run `cutover recover`");
}

Task<Outcome> ServerFleet::undo_decision() {
  const auto outcome = co_await everywhere(undo_fence);
  co_return outcome;
}

}  // namespace cutover
