// A fleet under load as a site has it: runs that serve metrics, a watch between runs, Prometheus.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/integration/see/prometheus_server.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"

namespace cutover::tests {

class SeenFleet {
 public:
  /// `rules` are for Prometheus. Ready when a look of the watch has been scraped; throws else.
  explicit SeenFleet(const std::string& rules = {}, const std::string& more_config = {},
                     const std::string& limits = {});

  FleetUnderLoad& fleet() { return fleet_; }
  support::CutoverRig& rig() { return fleet_.rig(); }
  const support::PrometheusServer& prometheus() const { return *prometheus_; }

  /// Its connections are lost, and what it reads to connect anew hangs, as a home directory on a
  /// dead file server does.
  void blind_the_watch();
  void give_the_watch_its_sight_back();

 private:
  support::ChildProcess start_watch();
  std::string service_file();  ///< of libpq, of the watch alone

  support::FreePort run_port_;
  support::FreePort watch_port_;
  FleetUnderLoad fleet_;
  support::ChildProcess watch_;
  std::unique_ptr<support::PrometheusServer> prometheus_;
};

std::string text_of_file(const std::string& path);
std::string replaced(std::string text, const std::string& what, const std::string& with);

}  // namespace cutover::tests
