#include "controller/live/live_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/async/gather.h"
#include "common/async/within.h"
#include "controller/live/hook_process.h"
#include "controller/live/learned_moves.h"

namespace cutover {
namespace {

/// An ssh login over a slow line takes a second or two.
constexpr milliseconds recovery_connect_limit(5'000);

FleetOptions fleet_options(const Config& config, const std::string& run_id) {
  FleetOptions options;
  options.run_id = run_id;
  options.lease = config.limits.lease;
  return options;
}

void append(std::vector<Error>& errors, const FleetOutcome& outcomes) {
  for (const auto& [bouncer, outcome, held_for] : outcomes) {
    if (!outcome.is_done()) errors.push_back({bouncer + ": " + outcome.detail, outcome.hint});
  }
}

void append(std::vector<Error>& errors, const std::vector<Error>& more) {
  errors.insert(errors.end(), more.begin(), more.end());
}

const char* name_of_hook(Hook hook) {
  switch (hook) {
    case Hook::before_pause:
      return "before_pause";
    case Hook::after_decision:
      return "after_decision";
    case Hook::after_resume:
      return "after_resume";
    case Hook::on_abort:
      return "on_abort";
  }
  return "";
}

const std::vector<std::string>& argv_of(const HookCommands& hooks, Hook hook) {
  switch (hook) {
    case Hook::before_pause:
      return hooks.before_pause;
    case Hook::after_decision:
      return hooks.after_decision;
    case Hook::after_resume:
      return hooks.after_resume;
    case Hook::on_abort:
      break;
  }
  return hooks.on_abort;
}

/// Nothing staged, promised or fulfilled: it has to be armed (again).
bool wants_arming(const BouncerSight& sight) {
  return !sight.unreachable && !sight.armed && !sight.intent && !sight.switched;
}

}  // namespace

LiveFleet::LiveFleet(boost::asio::any_io_executor executor, const Config& config,
                     const std::string& run_id, Direction direction)
    : config_(facing(config, direction)),
      direction_(direction),
      run_id_(run_id),
      servers_(sides_of(config, direction), fleet_options(config, run_id)),
      bouncers_(std::move(executor), config_) {}

Task<std::vector<Error>> LiveFleet::connect() {
  auto errors = co_await servers_.connect();
  const auto agents = co_await bouncers_.connect();
  append(errors, agents);
  if (!errors.empty()) co_return errors;
  const auto moves = co_await learn_entry_moves();
  append(errors, moves);
  co_await light_beacons();
  const auto schema = co_await servers_.remember_schema();
  if (!schema.is_done()) errors.push_back({schema.detail, schema.hint});
  co_return errors;
}

Task<Outcome> LiveFleet::open_servers() {
  co_await servers_.connect();
  co_return done();
}

Task<Outcome> LiveFleet::open_agents() {
  co_await bouncers_.connect_within(recovery_connect_limit);
  co_return done();
}

Task<std::vector<Error>> LiveFleet::connect_for_recovery() {
  std::vector<Task<Outcome>> openings;
  openings.push_back(open_servers());
  openings.push_back(open_agents());
  co_await gather(std::move(openings));
  const auto record = co_await servers_.run_record();
  if (!record) co_return std::vector<Error>{record.error()};
  const auto sights = co_await bouncers_.look_at_bouncers();
  heed_agents(sights);
  co_return std::vector<Error>();
}

Task<void> LiveFleet::learn_for_recovery() {
  co_await learn_entry_moves();
  co_await light_beacons();
}

void LiveFleet::heed_agents(const std::vector<BouncerSight>& sights) {
  std::uint64_t newest = 0;
  for (const auto& sight : sights) newest = std::max(newest, sight.claim.epoch);
  servers_.heed_epoch_of_agents(newest);
}

Task<std::vector<Error>> LiveFleet::learn_entry_moves() {
  const auto inspections = co_await bouncers_.inspect();
  auto learned = learn_moves(config_, inspections);
  bouncers_.set_moves(std::move(learned.by_bouncer));
  co_return learned.errors;
}

Task<void> LiveFleet::light_beacons() {
  ServerOptions blue{"blue", config_.databases.front().blue};
  ServerOptions green{"green", config_.databases.front().green};
  blue.sessions = green.sessions = 1;
  blue_beacon_ = co_await ReadOnlyServer::open(blue);
  green_beacon_ = co_await ReadOnlyServer::open(green);
  const auto& database = config_.databases.front().name;
  for (const int pid : blue_beacon_.backend_pids()) servers_.spare(database, pid);
  for (const int pid : green_beacon_.backend_pids()) servers_.spare_on_green(database, pid);
}

Probe LiveFleet::which_server(bool to_green) const {
  Probe probe;
  probe.to_green = to_green;
  probe.sql = server_by_beacon_sql(blue_beacon_, green_beacon_);
  return probe;
}

TimePoint LiveFleet::now() const {
  return std::chrono::steady_clock::now();
}

Task<void> LiveFleet::sleep(std::chrono::microseconds duration) const {
  co_await sleep_for(duration);
}

Task<Result<RunRecord>> LiveFleet::run_record() const {
  return servers_.run_record();
}

Task<std::vector<BouncerSight>> LiveFleet::look_at_bouncers() const {
  return bouncers_.look_at_bouncers();
}

Task<Result<TrafficSight>> LiveFleet::look_at_traffic() const {
  return servers_.look_at_traffic();
}

Task<Result<std::vector<SubscriptionSight>>> LiveFleet::look_at_gate(const Mark& mark) const {
  return servers_.look_at_gate(mark);
}

Task<Outcome> LiveFleet::schema_holds() const {
  return servers_.schema_holds();
}
Task<Outcome> LiveFleet::servers_are_the_same() const {
  return servers_.servers_are_the_same();
}
Task<Outcome> LiveFleet::writers_are_held() const {
  return servers_.writers_are_held();
}
Task<Outcome> LiveFleet::triggers_hold() const {
  return servers_.triggers_hold();
}
Task<Outcome> LiveFleet::seal_holds() const {
  return servers_.seal_holds();
}

Task<FleetOutcome> LiveFleet::green_is_reachable() const {
  return bouncers_.expect_answer(which_server(true), "green");
}

Task<FleetOutcome> LiveFleet::green_answers() const {
  return bouncers_.expect_answer(which_server(false), "green");
}

Task<Outcome> LiveFleet::way_back_is_armed() const {
  return servers_.way_back_is_armed();
}
Task<Outcome> LiveFleet::way_back_is_open() const {
  return servers_.way_back_is_open();
}
Task<Outcome> LiveFleet::green_has_left() const {
  return servers_.green_has_left();
}
Task<Outcome> LiveFleet::old_fence_is_down() const {
  return servers_.old_fence_is_down();
}
Task<Outcome> LiveFleet::old_fence_stands() const {
  return servers_.old_fence_stands();
}

Task<Result<Claim>> LiveFleet::claim_blue() {
  auto claim = co_await servers_.claim_blue();
  if (claim) bouncers_.set_claim(*claim);
  co_return claim;
}

Task<Result<Claim>> LiveFleet::take_over_blue() {
  auto claim = co_await servers_.take_over_blue();
  if (claim) bouncers_.set_claim(*claim);
  co_return claim;
}

Task<FleetOutcome> LiveFleet::claim_bouncers() {
  return bouncers_.claim_bouncers(proto::RUN);
}

Task<FleetOutcome> LiveFleet::take_over_bouncers() {
  return bouncers_.claim_bouncers(proto::RECOVERY);
}

Task<Outcome> LiveFleet::release_blue() {
  return servers_.release_blue();
}

Task<FleetOutcome> LiveFleet::arm_bouncers() {
  const auto sights = co_await bouncers_.look_at_bouncers();
  std::set<std::string> unarmed;
  for (const auto& sight : sights) {
    if (wants_arming(sight)) unarmed.insert(sight.bouncer);
  }
  auto outcomes = co_await bouncers_.arm_bouncers(unarmed);
  for (const auto& sight : sights) {
    if (sight.unreachable) outcomes.push_back({sight.bouncer, in_doubt(*sight.unreachable)});
  }
  co_return outcomes;
}

Task<FleetOutcome> LiveFleet::revert_bouncers() {
  return bouncers_.revert_bouncers();
}
Task<Outcome> LiveFleet::install_triggers() {
  return servers_.install_triggers();
}
Task<Outcome> LiveFleet::remove_triggers() {
  return servers_.remove_triggers();
}
Task<Outcome> LiveFleet::sync_sequences() {
  return servers_.sync_sequences();
}
Task<Outcome> LiveFleet::freshen_sessions() {
  return servers_.freshen_sessions();
}

Task<FleetOutcome> LiveFleet::pause_bouncers(milliseconds drain_timeout, milliseconds lease) {
  return bouncers_.pause_bouncers(drain_timeout, lease);
}

Task<FleetOutcome> LiveFleet::renew_leases(milliseconds lease) {
  return bouncers_.renew_leases(lease);
}

Task<FleetOutcome> LiveFleet::resume_bouncers() {
  return bouncers_.resume_bouncers();
}
Task<Outcome> LiveFleet::hold_writers(milliseconds lease) {
  return servers_.hold_writers(lease);
}
Task<Outcome> LiveFleet::release_writers() {
  return servers_.release_writers();
}
Task<Result<Mark>> LiveFleet::set_mark() {
  return servers_.set_mark();
}
Task<Outcome> LiveFleet::decide() {
  return servers_.decide();
}
Task<Outcome> LiveFleet::undo_decision() {
  return servers_.undo_decision();
}
Task<Outcome> LiveFleet::seal() {
  return servers_.seal();
}
Task<Result<Lsn>> LiveFleet::make_green_durable() {
  return servers_.make_green_durable();
}
Task<Outcome> LiveFleet::arm_way_back() {
  return servers_.arm_way_back();
}
Task<Outcome> LiveFleet::disarm_way_back() {
  return servers_.disarm_way_back();
}
Task<Outcome> LiveFleet::open_way_back(const Mark& mark) {
  return servers_.open_way_back(mark);
}
Task<Outcome> LiveFleet::take_down_old_fence() {
  return servers_.take_down_old_fence();
}
Task<FleetOutcome> LiveFleet::switch_bouncers() {
  return bouncers_.switch_bouncers();
}

Task<Outcome> LiveFleet::run_hook(Hook hook) {
  return run_hook_process(argv_of(config_.hooks, hook),
                          {{"CUTOVER_RUN_ID", run_id_},
                           {"CUTOVER_HOOK", name_of_hook(hook)},
                           {"CUTOVER_TO", configured_colour(direction_, "green")}});
}

Task<void> LiveFleet::report_phase(std::string phase) {
  std::map<std::string, double> gauges;
  if (told_gauges_) gauges = told_gauges_();
  co_await bouncers_.report_phase(phase, gauges);
}

}  // namespace cutover
