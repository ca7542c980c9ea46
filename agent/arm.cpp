// The acting commands before anything is touched: claim, arm, and the end of a claim.
#include <set>

#include "agent/agent.h"
#include "agent/log.h"
#include "agent/reading.h"

namespace cutover::agent {
namespace {

/// Every move has an entry, a place to go, and none is named twice.
Outcome check_request(const Moves& moves) {
  std::set<std::string> names;
  if (moves.empty()) return refused("arm names no entry", "see `entries` in cutover.toml");
  for (const Move& move : moves) {
    if (move.entry.empty() || (move.to.host.empty() && move.to.port.empty()))
      return refused("arm: entry \"" + move.entry + "\" has no new route");
    if (!names.insert(move.entry).second)
      return refused("arm names entry " + move.entry + " twice");
  }
  return done();
}

Outcome check_all_served(const Moves& moves, const std::map<std::string, Moves>& served) {
  for (const Move& move : moves) {
    bool found = false;
    for (const auto& [bouncer, own] : served)
      for (const Move& one : own) found = found || one.entry == move.entry;
    if (!found)
      return refused("no PgBouncer of this host has the entry " + move.entry,
                     "see `entries` in cutover.toml and [[pgbouncer]] in agent.toml");
  }
  return done();
}

Error cannot_be_replaced(const std::string& bouncer, const Error& obstacle) {
  return {bouncer + ": its files cannot be replaced: " + obstacle.what,
          obstacle.hint.empty() ? "give the directory to the agent's user" : obstacle.hint};
}

}  // namespace

Task<Outcome> Agent::claim(Command command, proto::Request request) {
  const Claim asking{request.run_id(), request.epoch()};
  const Rule& rule = rule_for(command, record_.phase, standing_of(asking, record_.claim));
  if (command == Command::claim_run) {
    const auto dropped = co_await drop_claim_work();
    if (!dropped.is_done()) co_return dropped;
  }
  AgentRecord next = record_;
  next.claim = asking;
  next.direction = request.claim().direction();
  next.recovery = command == Command::claim_recovery;
  next.phase = rule.phase_after(record_.phase);
  if (!next.recovery) next.lease_expiries = 0;
  co_return save(std::move(next));
}

Task<Outcome> Agent::drop_claim_work() {
  AgentRecord next = record_;
  const bool switched = record_.phase == Phase::switched;
  if (switched) {
    const auto archived = store_.archive(record_);
    if (archived.has_error()) co_return refused(archived.error());
  }
  next.phase = Phase::idle;
  next.moves.clear();
  next.lease.reset();
  const auto saved = save(std::move(next));
  if (!saved.is_done()) co_return saved;
  for (const auto& bouncer : bouncers_) {
    const auto put_away = switched ? bouncer->keep_staged_as_previous() : bouncer->drop_staged();
    // Nothing acts on staged files of a claim that has ended.
    if (put_away.has_error()) log_warning("staged files", {{"what", put_away.error().what}});
  }
  co_return done();
}

Task<Result<Agent::ArmPlan>> Agent::plan_to_arm(Moves moves) {
  const auto already_there =
      record_.recovery ? AlreadyThere::is_left_out : AlreadyThere::is_refused;
  ArmPlan armed;
  for (const auto& bouncer : bouncers_) {
    const auto own = co_await bouncer->check_moves(moves, record_.recovery);
    if (own.has_error()) co_return own.error();
    if (own.value().empty()) continue;
    auto plan = co_await bouncer->plan(own.value(), already_there);
    if (plan.has_error()) co_return plan.error();
    const auto obstacle = ini::why_it_cannot_be_applied(plan.value());
    if (obstacle) co_return cannot_be_replaced(bouncer->name(), *obstacle);
    const auto lines = co_await bouncer->prepare_pause(own.value().size());
    if (!lines.is_done()) co_return Error{lines.detail, lines.hint};
    armed.moves[bouncer->name()] = own.value();
    armed.files[bouncer->name()] = std::move(plan.value());
  }
  co_return armed;
}

Task<Outcome> Agent::arm(proto::ArmCommand command) {
  const Moves moves = moves_from(command.moves());
  const auto sound = check_request(moves);
  if (!sound.is_done()) co_return sound;
  auto planned = co_await plan_to_arm(moves);
  if (planned.has_error()) co_return refused(planned.error());
  const auto complete = check_all_served(moves, planned.value().moves);
  if (!complete.is_done()) co_return complete;

  AgentRecord next = record_;
  next.phase = Phase::claimed;  // half-written stages belong to no armed claim
  next.moves.clear();
  const auto saved = save(next);
  if (!saved.is_done()) co_return saved;
  for (const auto& bouncer : bouncers_) {
    const auto files = planned.value().files.find(bouncer->name());
    if (files == planned.value().files.end()) continue;
    const auto staged = bouncer->stage(std::move(files->second));
    if (!staged.is_done()) co_return staged;
  }
  next.phase = Phase::armed;
  next.moves = std::move(planned.value().moves);
  const auto armed = save(std::move(next));
  if (!armed.is_done()) co_return armed;
  const auto ahead = store_.write_ahead(promise_of(record_));
  static_cast<void>(ahead);  // only makes the promise quicker
  co_return armed;
}

}  // namespace cutover::agent
