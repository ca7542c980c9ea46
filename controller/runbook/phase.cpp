#include "controller/runbook/phase.h"

#include <utility>

namespace cutover {
namespace {

using Clock = std::chrono::steady_clock;

SessionOptions session(const std::string& conninfo, const std::string& place,
                       const PhaseOptions& options) {
  SessionOptions made;
  made.conninfo = conninfo;
  made.place = place;
  made.application_name = "cutover/" + options.run_id;
  made.peer_timeout = std::chrono::seconds(30);
  return made;
}

SessionOptions looking(SessionOptions options) {
  options.access = SessionAccess::read_only;
  return options;
}

std::chrono::milliseconds since(Clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
}

void tell(const PhaseOptions& options, const PhaseEvent& event) {
  if (options.observe) options.observe(event);
}

PhaseReport take_note(const std::string& database, const PhaseOptions& options, PhaseEventKind kind,
                      PhaseReport report) {
  PhaseEvent event;
  event.kind = kind;
  event.database = database;
  event.name = report.name;
  event.outcome = report.outcome;
  event.detail = report.outcome.detail;
  event.took = report.took;
  tell(options, event);
  return report;
}

std::string already(const std::string& detail) {
  return detail.empty() ? "already holds" : "already holds: " + detail;
}

Task<Result<Standing>> look_at_step(PhaseStep step, const PhaseSight& sight) {
  if (step.look == nullptr) co_return due();
  const auto standing = co_await step.look(sight);
  co_return standing;
}

Task<PhaseReport> run_step(PhaseStep step, const PhaseSight& sight, PhaseServers& servers) {
  const auto begun = Clock::now();
  const auto standing = co_await look_at_step(step, sight);
  const auto& name = servers.database.name;
  if (!standing) {
    PhaseReport unseen{step.name, in_doubt(standing.error()), since(begun)};
    co_return take_note(name, servers.options, PhaseEventKind::step_ended, unseen);
  }
  if (standing->holds) {
    PhaseReport held{step.name, done(already(standing->detail)), since(begun), true};
    co_return take_note(name, servers.options, PhaseEventKind::step_held, held);
  }
  PhaseEvent began;
  began.kind = PhaseEventKind::step_began;
  began.database = name;
  began.name = step.name;
  began.detail = standing->detail;
  tell(servers.options, began);
  const auto outcome = co_await step.apply(servers);
  PhaseReport taken{step.name, outcome, since(begun)};
  co_return take_note(name, servers.options, PhaseEventKind::step_ended, taken);
}

}  // namespace

Standing holds(std::string detail) {
  return {true, std::move(detail)};
}

Standing due(std::string detail) {
  return {false, std::move(detail)};
}

PhaseSight::PhaseSight(const DatabaseConfig& config, PhaseOptions phase_options)
    : database(config),
      options(std::move(phase_options)),
      blue(looking(session(config.blue, "blue " + config.name, options))),
      green(looking(session(config.green, "green " + config.name, options))) {}

PhaseServers::PhaseServers(const DatabaseConfig& config, PhaseOptions phase_options)
    : database(config),
      options(std::move(phase_options)),
      blue(session(config.blue, "blue " + config.name, options)),
      green(session(config.green, "green " + config.name, options)) {}

void PhaseServers::tell_progress(std::string detail) const {
  PhaseEvent event;
  event.database = database.name;
  event.detail = std::move(detail);
  tell(options, event);
}

void PhaseServers::tell_value(std::string name, std::string value) const {
  PhaseEvent event;
  event.kind = PhaseEventKind::value;
  event.database = database.name;
  event.name = std::move(name);
  event.detail = std::move(value);
  tell(options, event);
}

Task<std::vector<PhaseReport>> run_phase_checks(std::vector<PhaseCheck> checks,
                                                const PhaseSight& sight) {
  std::vector<PhaseReport> reports;
  for (const auto& check : checks) {
    const auto begun = Clock::now();
    const auto outcome = co_await check.look(sight);
    reports.push_back({check.name, outcome, since(begun)});
  }
  co_return reports;
}

Task<std::vector<StepSight>> look_at_phase_steps(std::vector<PhaseStep> steps,
                                                 const PhaseSight& sight) {
  std::vector<StepSight> sights;
  for (const auto& step : steps) {
    const auto standing = co_await look_at_step(step, sight);
    sights.push_back({step.name, step.purpose, standing});
  }
  co_return sights;
}

Task<std::vector<PhaseReport>> run_phase_steps(std::vector<PhaseStep> steps,
                                               PhaseServers& servers) {
  const PhaseSight sight(servers.database, servers.options);
  std::vector<PhaseReport> reports;
  for (const auto& step : steps) {
    auto report = co_await run_step(step, sight, servers);
    reports.push_back(std::move(report));
    if (!reports.back().outcome.is_done()) break;
  }
  co_return reports;
}

Outcome outcome_of_failure(const postgres::Failure& failure, const std::string& hint) {
  const auto& advice = hint.empty() ? failure.hint : hint;
  return failure.lost ? in_doubt(failure.what, advice) : refused(failure.what, advice);
}

}  // namespace cutover
