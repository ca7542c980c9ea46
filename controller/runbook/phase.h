// A phase of the runbook is two lists: checks, which only look, and steps, which are idempotent.
// Next: prepare.h, subscribe.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/outcome.h"
#include "controller/config/config.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct CopyProgress {
  std::string database;
  std::uint32_t tables = 0;
  std::uint32_t ready = 0;      ///< in state `r`
  std::uint64_t lag_bytes = 0;  ///< of the slowest subscription, once all are ready
};

struct PhaseOptions {
  std::string run_id = "runbook";
  std::uint64_t lag_to_start_bytes = 1024 * 1024;
  std::chrono::milliseconds look_interval{200};
  std::chrono::hours patience{72};  ///< for the initial copy
  std::function<void(const CopyProgress&)> progress = {};
};

/// What checks get: both servers in sessions that the servers keep read-only.
struct PhaseSight {
  PhaseSight(const DatabaseConfig& database, const PhaseOptions& options);

  DatabaseConfig database;
  mutable ServerSession blue;
  mutable ServerSession green;
};

/// What steps get.
struct PhaseServers {
  PhaseServers(const DatabaseConfig& database, PhaseOptions phase_options);

  DatabaseConfig database;
  PhaseOptions options;
  ServerSession blue;
  ServerSession green;
};

struct PhaseCheck {
  std::string name;
  std::string purpose;
  Task<Outcome> (*look)(const PhaseSight&) = nullptr;
};

struct PhaseStep {
  std::string name;
  std::string purpose;  ///< one sentence: dry run, log and docs show it
  Task<Outcome> (*apply)(PhaseServers&) = nullptr;
};

struct PhaseReport {
  std::string name;
  Outcome outcome;
  std::chrono::milliseconds took{0};
};

/// All of them, in order.
Task<std::vector<PhaseReport>> run_phase_checks(std::vector<PhaseCheck> checks,
                                                const PhaseSight& sight);
/// Up to the first that is not done.
Task<std::vector<PhaseReport>> run_phase_steps(std::vector<PhaseStep> steps, PhaseServers& servers);

}  // namespace cutover
