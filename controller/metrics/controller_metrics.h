// The controller's page for Prometheus, fed from looks, checks, the events of a run, the journal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/metrics/metric_page.h"
#include "controller/checks/check.h"
#include "controller/cutover/events.h"
#include "controller/looks/fleet_look.h"

namespace cutover {

class Journal;

class ControllerMetrics : public MetricPage {
 public:
  ControllerMetrics();

  void take(const FleetLook& look);
  void take(const std::vector<CheckReport>& checks);
  void take(const Event& event);
  /// What earlier runs did: counts by outcome, and the last one's checks, steps and pause.
  void take(const Journal& journal);

 private:
  using SeriesByName = std::map<std::string, std::map<Labels, double>>;
  void take_side(const DatabaseLook& database, const SideLook& look, const char* side,
                 SeriesByName& slots);
  void take_apply_errors();
  void take_fence(const DatabaseLook& database);
  void take_bouncers(const FleetLook& look);
  void take_sequences(const FleetLook& look);
  void take_checks(const Journal& journal);

  /// By database: whether the fence is up, as blue says, or said when it last
  /// answered; and what the last catalogue said of sequences.
  std::map<Labels, double> fenced_;
  std::map<std::string, bool> fenced_at_last_look_;
  std::map<Labels, double> behind_;
  /// By subscription, and in it by database and side: names need not differ there.
  std::map<std::string, Parts> apply_errors_;
};

/// Between runs.
inline constexpr const char* idle_phase = "idle";

}  // namespace cutover
