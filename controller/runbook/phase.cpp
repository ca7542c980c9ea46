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

}  // namespace

PhaseSight::PhaseSight(const DatabaseConfig& config, const PhaseOptions& options)
    : database(config),
      blue(looking(session(config.blue, "blue " + config.name, options))),
      green(looking(session(config.green, "green " + config.name, options))) {}

PhaseServers::PhaseServers(const DatabaseConfig& config, PhaseOptions phase_options)
    : database(config),
      options(std::move(phase_options)),
      blue(session(config.blue, "blue " + config.name, options)),
      green(session(config.green, "green " + config.name, options)) {}

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

Task<std::vector<PhaseReport>> run_phase_steps(std::vector<PhaseStep> steps,
                                               PhaseServers& servers) {
  std::vector<PhaseReport> reports;
  for (const auto& step : steps) {
    const auto begun = Clock::now();
    const auto outcome = co_await step.apply(servers);
    reports.push_back({step.name, outcome, since(begun)});
    if (!outcome.is_done()) break;
  }
  co_return reports;
}

}  // namespace cutover
