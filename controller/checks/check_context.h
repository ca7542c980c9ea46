// What the checks look at: the configuration, blue and green read-only, what every agent found on
// its host. Next: check_list.h, and the files it names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/checks/check.h"
#include "controller/checks/read_only_server.h"
#include "controller/config/config.h"

namespace cutover {

struct CheckedDatabase {
  DatabaseConfig config;
  ReadOnlyServer blue;
  ReadOnlyServer green;
};

/// In checked_bouncers.h: what the agents said, and asking through them.
struct CheckedBouncers;

struct CheckContext {
  CheckContext();

  Config config;
  std::vector<CheckedDatabase> databases;
  std::shared_ptr<const CheckedBouncers> bouncers;  ///< never null
  /// `side` of green's own rows in the tables of schema cutover; a rollback exchanges the colours.
  std::string green_colour = "green";
  /// A check that takes longer fails; counting rows as configured may take a while.
  std::chrono::milliseconds check_limit{60'000};
};

/// Microseconds since 1970 by this machine's clock.
std::int64_t unix_clock_us();

}  // namespace cutover
