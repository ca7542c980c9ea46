#include "controller/link/bouncer_fleet.h"

#include "common/async/gather.h"

namespace cutover {

namespace {

std::chrono::microseconds held_for(const CallResult<proto::Reply>& result) {
  return std::chrono::microseconds(result ? result->state().paused_for_us() : 0);
}

}  // namespace

BouncerFleet::BouncerFleet(boost::asio::any_io_executor executor, const Config& config,
                           BouncerFleetOptions options)
    : config_(config), options_(options) {
  options_.link.peer_timeout = config.limits.lease;
  for (const auto& bouncer : config.bouncers)
    links_.push_back(std::make_unique<Link>(executor, bouncer, options_.link));
}

BouncerFleet::~BouncerFleet() = default;

void BouncerFleet::set_moves(std::map<std::string, std::vector<proto::EntryMove>> moves) {
  moves_ = std::move(moves);
}

const std::vector<proto::EntryMove>& BouncerFleet::moves_of(const std::string& bouncer) const {
  static const std::vector<proto::EntryMove> none;
  const auto found = moves_.find(bouncer);
  return found == moves_.end() ? none : found->second;
}

void BouncerFleet::close() {
  for (const auto& link : links_) link->close();
}

std::map<std::string, proto::Hello> BouncerFleet::hellos() const {
  std::map<std::string, proto::Hello> hellos;
  for (const auto& link : links_) hellos.emplace(link->name(), link->peer());
  return hellos;
}

proto::Request BouncerFleet::claimed_request() const {
  proto::Request request;
  request.set_run_id(claim_.run_id);
  request.set_epoch(claim_.epoch);
  return request;
}

Task<FleetOutcome> BouncerFleet::connect() {
  std::vector<Task<Result<void>>> tasks;
  for (const auto& link : links_) tasks.push_back(link->connect());
  const auto results = co_await gather(std::move(tasks));
  co_return outcomes_of(results);
}

Task<FleetOutcome> BouncerFleet::connect_within(milliseconds limit) {
  std::vector<Task<Result<void>>> tasks;
  for (const auto& link : links_) tasks.push_back(link->connect_within(limit));
  const auto results = co_await gather(std::move(tasks));
  co_return outcomes_of(results);
}

FleetOutcome BouncerFleet::outcomes_of(const std::vector<Result<void>>& results) const {
  FleetOutcome outcomes;
  for (std::size_t i = 0; i < links_.size(); ++i)
    outcomes.push_back({links_[i]->name(), results[i] ? done() : refused(results[i].error())});
  return outcomes;
}

Task<std::vector<BouncerFleet::Reply>> BouncerFleet::ask_all(Ask ask, milliseconds limit) const {
  std::vector<Task<CallResult<proto::Reply>>> tasks;
  for (const auto& link : links_) tasks.push_back(link->call(ask(link->name()), limit));
  auto results = co_await gather(std::move(tasks));
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < links_.size(); ++i)
    replies.push_back({links_[i]->name(), std::move(results[i])});
  co_return replies;
}

Task<FleetOutcome> BouncerFleet::command_all(Ask ask, milliseconds limit) {
  const auto replies = co_await ask_all(std::move(ask), limit);
  FleetOutcome outcomes;
  for (const auto& reply : replies)
    outcomes.push_back({reply.bouncer, outcome_of(reply.result), held_for(reply.result)});
  co_return outcomes;
}

Task<FleetOutcome> BouncerFleet::claim_bouncers(proto::ClaimPurpose purpose) {
  return command_all(
      [this, purpose](const std::string&) {
        proto::Request request = claimed_request();
        request.mutable_claim()->set_purpose(purpose);
        request.mutable_claim()->set_direction(options_.direction == Direction::forward ? "forward"
                                                                                        : "back");
        return request;
      },
      options_.limits.reply);
}

Task<FleetOutcome> BouncerFleet::arm_bouncers() {
  std::set<std::string> all;
  for (const auto& link : links_) all.insert(link->name());
  return arm_bouncers(std::move(all));
}

Task<FleetOutcome> BouncerFleet::arm_bouncers(std::set<std::string> names) {
  std::vector<Task<CallResult<proto::Reply>>> tasks;
  std::vector<std::string> asked;
  for (const auto& link : links_) {
    if (!names.contains(link->name())) continue;
    proto::Request request = claimed_request();
    for (const auto& move : moves_of(link->name())) *request.mutable_arm()->add_moves() = move;
    tasks.push_back(link->call(std::move(request), options_.limits.arm));
    asked.push_back(link->name());
  }
  const auto results = co_await gather(std::move(tasks));
  FleetOutcome outcomes;
  for (std::size_t i = 0; i < asked.size(); ++i)
    outcomes.push_back({asked[i], outcome_of(results[i])});
  co_return outcomes;
}

Task<FleetOutcome> BouncerFleet::revert_bouncers() {
  return command_all(
      [this](const std::string&) {
        proto::Request request = claimed_request();
        request.mutable_revert();
        return request;
      },
      options_.limits.reply);
}

Task<FleetOutcome> BouncerFleet::pause_bouncers(milliseconds drain_timeout, milliseconds lease) {
  proto::Request request = claimed_request();
  auto* command = request.mutable_pause();
  command->set_drain_timeout_ms(static_cast<std::uint32_t>(drain_timeout.count()));
  command->set_lease_ms(static_cast<std::uint32_t>(lease.count()));
  const Ask ask = [&request](const std::string&) { return request; };
  command->set_only_prepare(true);
  auto prepared = co_await command_all(ask, options_.limits.reply);
  if (!combined(prepared).is_done()) co_return prepared;
  command->set_only_prepare(false);
  auto paused = co_await command_all(ask, drain_timeout + options_.limits.pause_margin);
  co_return paused;
}

Task<FleetOutcome> BouncerFleet::renew_leases(milliseconds lease) {
  return command_all(
      [this, lease](const std::string&) {
        proto::Request request = claimed_request();
        request.mutable_renew()->set_lease_ms(static_cast<std::uint32_t>(lease.count()));
        return request;
      },
      options_.limits.reply);
}

Task<FleetOutcome> BouncerFleet::resume_bouncers() {
  return command_all(
      [this](const std::string&) {
        proto::Request request = claimed_request();
        request.mutable_resume();
        return request;
      },
      options_.limits.reply);
}

Task<FleetOutcome> BouncerFleet::switch_bouncers() {
  return command_all(
      [this](const std::string&) {
        proto::Request request = claimed_request();
        request.mutable_switch_();
        return request;
      },
      options_.limits.switch_over);
}

Task<void> BouncerFleet::report_phase(std::string phase, std::map<std::string, double> gauges) {
  if (claim_.run_id.empty()) co_return;  // no agent would listen
  proto::Request request = claimed_request();
  request.mutable_report_phase()->set_phase(std::move(phase));
  for (const auto& [name, value] : gauges)
    (*request.mutable_report_phase()->mutable_gauges())[name] = value;
  std::vector<Task<CallResult<proto::Reply>>> tasks;
  for (const auto& link : links_)
    if (link->is_connected()) tasks.push_back(link->call(request, options_.limits.reply));
  co_await gather(std::move(tasks));
}

}  // namespace cutover
