#include "controller/metrics/step_gauges.h"

#include <array>

namespace cutover {

std::map<std::string, double> StepGauges::gauges() const {
  // cutover_phase is told by itself; the pause is measured by each agent.
  constexpr std::array told = {"cutover_step_seconds", "cutover_step_timestamp_seconds",
                               "cutover_last_pause_seconds", "cutover_last_run_"};
  auto all = page_.gauges();
  std::erase_if(all, [&](const auto& gauge) {
    for (const char* const name : told)
      if (gauge.first.starts_with(name)) return false;
    return true;
  });
  return all;
}

}  // namespace cutover
