// The dry run: every check for real, the ini diff of every bouncer, round trips. Changes nothing,
// and goes as far as it can when a server or an agent is not there.
#pragma once

#include <string>
#include <vector>

#include "controller/checks/check.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "controller/report/explain.h"

namespace cutover {

struct IniDiff {
  std::string bouncer;
  std::string path;
  std::string diff;         ///< unified
  std::string link_target;  ///< set where a symbolic link is replaced instead
};

struct Survey {
  std::vector<CheckReport> checks;
  std::vector<IniDiff> diffs;
  std::vector<RoundTrip> round_trips;
};

Survey survey(const Config& config, Direction direction = Direction::forward);

/// All of it for people: checks, diffs, steps of `plan`, round trips, expected pause.
std::string text_of(const Survey& survey, const Plan& plan);
/// For --json: diffs, round trips, steps.
boost::json::value data_of(const Survey& survey, const Plan& plan);

}  // namespace cutover
