// See agent.h. From request to reply: the rules, the turn, and the state that goes with every
// reply.
#include "agent/agent.h"

#include <unistd.h>

#include "agent/log.h"
#include "agent/probe.h"
#include "agent/reading.h"
#include "common/async/gather.h"
#include "common/async/within.h"
#include "common/base/version.h"

namespace cutover::agent {
namespace {

Command command_of(const proto::Request& request) {
  switch (request.command_case()) {
    case proto::Request::kInspect:
      return Command::inspect;
    case proto::Request::kPreview:
      return Command::preview;
    case proto::Request::kProbe:
      return Command::probe;
    case proto::Request::kClaim:
      return request.claim().purpose() == proto::RECOVERY ? Command::claim_recovery
                                                          : Command::claim_run;
    case proto::Request::kArm:
      return Command::arm;
    case proto::Request::kPause:
      return Command::pause;
    case proto::Request::kRenew:
      return Command::renew;
    case proto::Request::kResume:
      return Command::resume;
    case proto::Request::kSwitch:
      return Command::switch_route;
    case proto::Request::kRevert:
      return Command::revert;
    case proto::Request::kReportPhase:
      return Command::report_phase;
    default:
      return Command::ping;
  }
}

proto::Outcome wire_outcome(OutcomeKind kind) {
  if (kind == OutcomeKind::done) return proto::DONE;
  return kind == OutcomeKind::refused ? proto::REFUSED : proto::IN_DOUBT;
}

void put(const Outcome& outcome, proto::Reply* reply) {
  reply->set_outcome(wire_outcome(outcome.kind));
  reply->set_what(outcome.detail);
  reply->set_hint(outcome.hint);
}

std::string describe(const Claim& claim) {
  return claim.run_id.empty() ? "no run"
                              : "run " + claim.run_id + ", epoch " + std::to_string(claim.epoch);
}

Outcome refusal(const Rule& rule, Command command, const Claim& asking, const Claim& seen) {
  return refused(std::string(name_of(command)) + ": " + rule.what + " (asked by " +
                     describe(asking) + "; claimed by " + describe(seen) + ")",
                 rule.hint);
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Task<void> add_inspection(std::vector<Bouncer*> bouncers, proto::Reply* reply) {
  std::vector<Task<proto::ProcessInspection>> looking;
  for (Bouncer* const bouncer : bouncers) looking.push_back(inspect(*bouncer));
  const auto seen = co_await gather(std::move(looking));
  proto::Inspection* const inspection = reply->mutable_inspection();
  for (const auto& process : seen) *inspection->add_processes() = process;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  inspection->set_clock_unix_us(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
  inspection->set_host(host_name());
  inspection->set_agent_version(program_version);
}

/// A reading command; its result goes into the reply.
Task<Outcome> read(Command command, proto::Request request, std::vector<Bouncer*> bouncers,
                   proto::Reply* reply) {
  if (command == Command::inspect) co_await add_inspection(bouncers, reply);
  if (command == Command::preview) {
    const Moves moves = moves_from(request.preview().moves());
    const auto shown = co_await preview(bouncers, moves);
    if (shown.has_error()) co_return refused(shown.error());
    *reply->mutable_preview() = shown.value();
  }
  if (command == Command::probe) {
    const auto answers = co_await probe(bouncers, request.probe());
    *reply->mutable_probe() = answers;
  }
  co_return done();
}

/// What must not wait until a pause that still drains has ended by itself.
bool ends_a_drain(Command command) {
  return command == Command::resume || command == Command::revert ||
         command == Command::claim_recovery;
}

}  // namespace

Agent::Agent(boost::asio::any_io_executor executor, const AgentConfig& config,
             const BootClock& clock, Metrics& metrics, const DialerFactory& dialers)
    : executor_(executor),
      clock_(clock),
      metrics_(metrics),
      store_(config.state_dir),
      turns_(executor),
      stop_drain_(executor),
      changed_(executor) {
  for (const BouncerConfig& bouncer : config.bouncers)
    bouncers_.push_back(std::make_unique<Bouncer>(bouncer, dialers(bouncer), config.state_dir));
}

Result<void> Agent::load() {
  const auto record = store_.load();
  if (record.has_error()) {
    log_error("state is lost", {{"what", record.error().what}, {"hint", record.error().hint}});
    return store_.set_aside();
  }
  record_ = record.value();
  set_log_run(record_.claim.run_id);
  if (record_.phase == Phase::idle || record_.phase == Phase::claimed) return {};
  for (const auto& bouncer : bouncers_) {
    const auto loaded = bouncer->load_staged();
    // Without its text a switch still goes forward: the files are edited anew.
    if (loaded.has_error()) log_error("staged files", {{"what", loaded.error().what}});
  }
  return {};
}

Outcome Agent::save(AgentRecord next) {
  const auto saved = store_.save(next);
  if (saved.has_error()) {
    log_error("cannot write state", {{"what", saved.error().what}});
    return refused(within_context("the agent cannot write its state", saved.error()));
  }
  record_ = std::move(next);
  set_log_run(record_.claim.run_id);
  return done();
}

std::vector<Bouncer*> Agent::involved() {
  std::vector<Bouncer*> all;
  for (const auto& bouncer : bouncers_)
    if (record_.moves.empty() || record_.moves.contains(bouncer->name()))
      all.push_back(bouncer.get());
  return all;
}

Moves Agent::moves_of(const Bouncer& bouncer) const {
  const auto found = record_.moves.find(bouncer.name());
  return found == record_.moves.end() ? Moves() : found->second;
}

Task<proto::Reply> Agent::answer(proto::Request request) {
  const BootTime received = clock_.now();
  const Command command = command_of(request);
  const Claim asking{request.run_id(), request.epoch()};
  proto::Reply reply;
  reply.set_id(request.id());

  const Rule* rule = &rule_for(command, record_.phase, standing_of(asking, record_.claim));
  Outcome outcome = done();
  if (rule->act == Act::read) {
    std::vector<Bouncer*> all;
    for (const auto& bouncer : bouncers_) all.push_back(bouncer.get());
    outcome = co_await read(command, request, all, &reply);
  } else if (command == Command::renew) {
    // Beside a drain or a switch that still runs; it waits for nothing.
    if (rule->act == Act::refuse) outcome = refusal(*rule, command, asking, record_.claim);
    if (rule->act == Act::perform) outcome = renew(request.renew(), received);
  } else {
    if (rule->act == Act::perform && ends_a_drain(command)) stop_drain_.raise();
    const auto turn = co_await turns_.take();
    rule = &rule_for(command, record_.phase, standing_of(asking, record_.claim));
    if (rule->act == Act::refuse) outcome = refusal(*rule, command, asking, record_.claim);
    if (rule->act == Act::perform) outcome = co_await act(command, request, received);
  }
  if (!outcome.is_done())
    log_warning(std::string(name_of(command)),
                {{"outcome", cutover::name_of(outcome.kind)}, {"what", outcome.detail}});
  put(outcome, &reply);
  // After a pause clients wait for the reply, after a switch PgBouncer has its hands full with
  // them; both have looked at what they did.
  const bool with_processes = command != Command::switch_route && command != Command::pause;
  co_await fill_state(reply.mutable_state(), with_processes);
  co_return reply;
}

}  // namespace cutover::agent
