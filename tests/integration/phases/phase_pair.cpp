#include "tests/integration/phases/phase_pair.h"

#include "controller/runbook/copy.h"
#include "controller/runbook/finish.h"
#include "controller/runbook/prepare.h"
#include "controller/runbook/seed.h"
#include "controller/runbook/subscribe.h"
#include "tests/support/eventually.h"

namespace cutover {

PhaseOptions quick_options() {
  PhaseOptions options;
  options.look_interval = std::chrono::milliseconds(20);
  options.wishes.finish.watch = std::chrono::seconds(0);
  return options;
}

std::string run_phase_on(ServerPair& pair, const PhaseLists& phase, PhaseOptions options) {
  for (const auto& database : pair.databases) {
    const PhaseSight sight(database, options);
    for (const auto& check : pair.run(run_phase_checks(phase.checks, sight)))
      if (!check.outcome.is_done()) return check.name + ": " + told(check.outcome);
    PhaseServers servers(database, options);
    for (const auto& step : pair.run(run_phase_steps(phase.steps, servers)))
      if (!step.outcome.is_done()) return step.name + ": " + told(step.outcome);
  }
  return {};
}

std::string run_phase_on(ServerPair& pair, const PhaseLists& phase) {
  return run_phase_on(pair, phase, quick_options());
}

std::vector<std::string> steps_taken(ServerPair& pair, const PhaseLists& phase,
                                     PhaseOptions options) {
  PhaseServers servers(pair.databases[0], options);
  std::vector<std::string> taken;
  for (const auto& step : pair.run(run_phase_steps(phase.steps, servers)))
    if (!step.held) taken.push_back(step.name);
  return taken;
}

Outcome check_outcome(ServerPair& pair, const PhaseLists& phase, const std::string& name,
                      PhaseOptions options) {
  const PhaseSight sight(pair.databases[0], options);
  for (const auto& check : pair.run(run_phase_checks(phase.checks, sight)))
    if (check.name == name) return check.outcome;
  return in_doubt("no such check: " + name);
}

PhaseLists prepare_phase() {
  return {prepare_checks(), prepare_steps()};
}
PhaseLists seed_phase() {
  return {seed_checks(), seed_steps()};
}
PhaseLists copy_phase() {
  return {copy_checks(), copy_steps()};
}
PhaseLists subscribe_phase() {
  return {subscribe_checks(), subscribe_steps()};
}
PhaseLists finish_phase() {
  return {finish_checks(), finish_steps()};
}

bool same_rows(ServerPair& pair, const std::string& table) {
  const auto sql =
      "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY "
      "t::text COLLATE \"C\")), '') FROM " +
      table + " AS t";
  return support::eventually(std::chrono::seconds(20),
                             [&] { return pair.blue_value(sql) == pair.green_value(sql); });
}

}  // namespace cutover
