// Looks at the whole fleet again and again, in sessions of its own that only read.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>

#include "common/async/task.h"
#include "controller/config/config.h"
#include "controller/looks/fleet_look.h"

namespace cutover {

struct LookDepth {
  bool entries = false;                   ///< entries and pools of every bouncer
  bool catalogue = false;                 ///< sequences and statistics
  std::chrono::milliseconds limit{4000};  ///< for each server and for the bouncers
};

class FleetWatch {
 public:
  FleetWatch(boost::asio::any_io_executor executor, const Config& config);
  ~FleetWatch();

  /// All at once; what does not answer within the limit is told as an error in its place.
  Task<FleetLook> look(LookDepth depth);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
