// The calls of blue and green.
#include "tests/simulation/sim_fleet.h"

namespace cutover::simulation {
namespace {

constexpr milliseconds server_limit(120);

}  // namespace

Task<Outcome> SimFleet::ask(std::function<void(Answer)> serve) const {
  const auto answer = co_await network_.call<Outcome>(process_, server_limit, std::move(serve));
  co_return answer.value_or(in_doubt("no answer from the server"));
}

Task<Outcome> SimFleet::ask_now(std::function<Outcome()> serve) const {
  return ask([serve = std::move(serve)](const Answer& answer) { answer(serve()); });
}

template <class T>
Task<std::optional<T>> SimFleet::look(std::function<T()> serve) const {
  return network_.call<T>(
      process_, server_limit,
      [serve = std::move(serve)](const std::function<void(T)>& answer) { answer(serve()); });
}

Task<Result<RunRecord>> SimFleet::run_record() const {
  const std::function<RunRecord()> serve = [this] { return servers_.seen_record(); };
  const auto record = co_await look(serve);
  if (!record) co_return Error{"blue does not answer"};
  co_return *record;
}

Task<Result<TrafficSight>> SimFleet::look_at_traffic() const {
  TrafficSight sight;
  sight.lag_bytes = 0;
  sight.apply_latency = milliseconds(0);
  sight.oldest_transaction = milliseconds(0);
  sight.vacuums = sight.prepared_transactions = 0;
  co_await sleep(microseconds(300));
  co_return sight;
}

Task<Result<std::vector<SubscriptionSight>>> SimFleet::look_at_gate(const Mark& mark) const {
  if (mark.subscriptions.empty()) co_return std::vector<SubscriptionSight>();
  const std::function<SubscriptionSight()> serve = [this, one = mark.subscriptions.front()] {
    return servers_.look_at_gate(one);
  };
  const auto sight = co_await look(serve);
  if (!sight) co_return Error{"the servers do not answer"};
  co_return std::vector<SubscriptionSight>{*sight};
}

Task<Outcome> SimFleet::schema_holds() const {
  return ask_now(
      [this] { return servers_.schema_holds() ? done() : refused("blue's schema has changed"); });
}

Task<Outcome> SimFleet::servers_are_the_same() const {
  return ask_now([] { return done(); });
}

Task<Outcome> SimFleet::triggers_hold() const {
  return ask_now([this] { return servers_.has_triggers ? done() : refused("no trigger"); });
}

Task<Outcome> SimFleet::writers_are_held() const {
  return ask_now([this, session = deciding_session()] {
    return servers_.holds(session) ? done() : refused("the locks are lost");
  });
}

Task<Outcome> SimFleet::seal_holds() const {
  return ask_now([this] { return servers_.is_sealed() ? done() : refused("not sealed"); });
}

Task<Result<Claim>> SimFleet::claim_blue() {
  const std::function<Result<Claim>()> serve = [this] { return servers_.claim(run_id()); };
  const auto claim = co_await look(serve);
  if (!claim) co_return Error{"blue does not answer"};
  if (*claim) claim_ = **claim;
  if (!*claim) co_return *claim;
  const auto told = co_await tell_green();
  if (!told.is_done()) co_return Error{told.detail};
  co_return *claim;
}

/// Green out of reach does not keep recovery from going on.
Task<Result<Claim>> SimFleet::take_over_blue() {
  using TakenOver = std::pair<Result<Claim>, std::uint64_t>;
  const std::function<TakenOver()> serve = [this] {
    auto claim = servers_.take_over(run_id());
    return TakenOver{std::move(claim), servers_.decision};
  };
  const auto taken = co_await look(serve);
  if (!taken) co_return Error{"blue does not answer"};
  const auto& [claim, decision] = *taken;
  if (claim) claim_ = *claim;
  if (claim) decision_ = decision;
  if (claim) co_await tell_green();
  co_return claim;
}

Task<Outcome> SimFleet::tell_green() const {
  return ask_now([this, claim = claim_] {
    servers_.tell_green(claim);
    return done();
  });
}

Task<Outcome> SimFleet::release_blue() {
  return ask_now([] { return done(); });
}

Task<Outcome> SimFleet::install_triggers() {
  return ask_now([this] {
    servers_.has_triggers = true;
    return done();
  });
}

Task<Outcome> SimFleet::remove_triggers() {
  return ask_now([this, claim = claim_] { return servers_.remove_triggers(claim); });
}

Task<Outcome> SimFleet::freshen_sessions() {
  co_return done();
}

Task<Outcome> SimFleet::sync_sequences() {
  return ask_now([] { return done(); });
}

Task<Outcome> SimFleet::hold_writers(milliseconds lease) {
  ++deciders_;
  return ask([this, session = deciding_session(), lease](const Answer& answer) {
    servers_.hold(session, lease, answer);
  });
}

Task<Outcome> SimFleet::release_writers() {
  return ask_now([this, session = deciding_session()] {
    servers_.release(session);
    return done();
  });
}

Task<Result<Mark>> SimFleet::set_mark() {
  const std::function<Mark()> serve = [this] { return servers_.set_mark(); };
  const auto mark = co_await look(serve);
  if (!mark) co_return Error{"blue does not answer"};
  co_return *mark;
}

Task<Outcome> SimFleet::decide() {
  decision_ = servers_.fresh_token();
  return ask_now([this, session = deciding_session(), claim = claim_, token = decision_] {
    const auto outcome = servers_.decide(session, claim, token);
    world_.note("decide by {}: {}", claim.run_id, name_of(outcome.kind));
    return outcome;
  });
}

Task<Outcome> SimFleet::undo_decision() {
  Undo undo{deciding_session(), servers_.next_undo(), claim_};
  return ask([this, undo](const Answer& answer) {
    world_.note("undo of the decision by {}", undo.claim.run_id);
    servers_.undo_decision(undo, answer);
  });
}

Task<Outcome> SimFleet::seal() {
  return ask([this](const Answer& answer) {
    world_.note("seal");
    servers_.seal(answer);
  });
}

Task<Result<Lsn>> SimFleet::make_green_durable() {
  const PositionWrite write{servers_.next_position_write(), decision_, claim_};
  const std::function<Outcome()> record = [this, write] { return servers_.record_position(write); };
  const auto written = co_await ask_now(record);
  if (!written.is_done()) co_return Error{written.detail};
  co_return Lsn{1};
}

Task<Outcome> SimFleet::way_back_is_armed() const {
  return ask_now(
      [this] { return servers_.way_back_is_armed ? done() : refused("it is not armed"); });
}

Task<Outcome> SimFleet::way_back_is_open() const {
  return ask_now([this] { return servers_.way_back_is_open ? done() : refused("it is not open"); });
}

Task<Outcome> SimFleet::green_has_left() const {
  return ask_now([this] { return servers_.green_has_left(); });
}

Task<Outcome> SimFleet::old_fence_is_down() const {
  return ask_now([this] { return servers_.old_fence ? refused("it is up") : done(); });
}

Task<Outcome> SimFleet::old_fence_stands() const {
  return ask_now([this] { return servers_.old_fence_stands(); });
}

Task<Outcome> SimFleet::arm_way_back() {
  return ask_now([this, claim = claim_] { return servers_.arm_way_back(claim); });
}

Task<Outcome> SimFleet::disarm_way_back() {
  return ask_now([this, claim = claim_] { return servers_.disarm_way_back(claim); });
}

Task<Outcome> SimFleet::open_way_back(const Mark&) {
  return ask_now([this] { return servers_.open_way_back(); });
}

Task<Outcome> SimFleet::take_down_old_fence() {
  return ask_now([this, claim = claim_] { return servers_.take_down_old_fence(claim); });
}

Task<Outcome> SimFleet::run_hook(Hook) {
  co_return done();
}

Task<void> SimFleet::report_phase(std::string) {
  co_return;
}

}  // namespace cutover::simulation
