// Looks taken by a thread of its own, so that nobody who draws or acts waits for a server.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "controller/config/config.h"
#include "controller/looks/fleet_look.h"

namespace cutover {

struct LookLoopOptions {
  std::chrono::milliseconds interval{1000};
  std::chrono::milliseconds catalogue_interval{15'000};  ///< 0: never
  bool entries = false;
  /// What a look threw; the loop goes on with new connections.
  std::function<void(const std::string& what)> failed = {};
};

class LookLoop {
 public:
  using Receiver = std::function<void(const FleetLook&)>;

  /// Looks at once; `receive` is called on the loop's own thread.
  LookLoop(const Config& config, LookLoopOptions options, Receiver receive);
  /// Ends the thread; a look under way is dropped, at its next wait.
  ~LookLoop();
  LookLoop(const LookLoop&) = delete;
  LookLoop& operator=(const LookLoop&) = delete;

  /// While held no look begins: clients wait, and servers have better things to do.
  void hold(bool held);

  /// Returns at once: no look begins any more, and the thread ends as soon as it can.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
