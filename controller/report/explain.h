// The dry run's reading of a plan: what would be done, in which order, and how long clients would
// wait. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "controller/checks/check.h"
#include "controller/cutover/step.h"

namespace cutover {

/// Measured round trips of the dry run.
struct RoundTrip {
  std::string to;  ///< "bouncer bouncer-1", "blue of medplum"
  std::chrono::microseconds took{0};
  bool is_agent = false;
};

/// The checks, failures last so that they are what one sees, each with its hint.
std::string explain_checks(const std::vector<CheckReport>& reports);

/// The steps of `plan` with what each is for; where clients wait and where there is no way back.
std::string explain_steps(const Plan& plan);

/// How long clients will wait at least, from the measured round trips.
std::string explain_pause(const std::vector<RoundTrip>& round_trips);

}  // namespace cutover
