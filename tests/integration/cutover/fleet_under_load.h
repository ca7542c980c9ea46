// A replicated fleet with writers on it, as most tests of the whole program need it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/load/load_driver.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/rig/cutover_rig.h"

namespace cutover::tests {

struct FleetOptions {
  support::RigOptions rig = {};
  support::LoadOptions load = {.clients = 8, .writes_per_second = 400};
};

class FleetUnderLoad {
 public:
  /// Replicated, analysed, and every writer has written. Throws when something does not start.
  explicit FleetUnderLoad(FleetOptions options = {});

  support::CutoverRig& rig() { return rig_; }
  support::LoadDriver& load() { return *load_; }

  /// True when every writer has had some writes acknowledged from now on.
  bool everyone_writes() const;
  /// Stops the writers and compares with green, and with blue.
  support::LoadVerdict verdict();
  /// Stops the writers and compares with blue, which serves still.
  support::LoadVerdict verdict_on_blue();

  /// The shipped controller with a witness that kills: see dying_cutover.cpp. Ends when it and its
  /// children have; throws when it did not come to the kill.
  support::Finished cutover_that_kills(const std::string& order,
                                       const std::vector<std::string>& arguments);
  /// The same, to be started by the caller; marker() exists from the strike on.
  support::ChildOptions dying_cutover(const std::string& order,
                                      const std::vector<std::string>& arguments) const;
  std::filesystem::path marker() const;

  /// What a run or its recovery may leave behind on blue and on the bouncers, in words; empty:
  /// nothing.
  std::vector<std::string> left_behind();

  /// Entries of one host that are paused now.
  std::vector<std::string> paused_entries(int host);

  /// Every entry of every bouncer points there.
  bool all_on_blue();
  bool all_on_green();

 private:
  std::vector<std::string> entry_ports();
  bool all_on(std::uint16_t port);

  support::CutoverRig rig_;
  std::optional<support::LoadDriver> load_;
};

}  // namespace cutover::tests
