// What every agent found on its host, and a way to ask servers through it. Apart from
// check_context.h because protobuf is a big include.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"
#include "controller/config/config.h"
#include "proto/agent.pb.h"

namespace cutover {

struct CheckedBouncer {
  BouncerConfig config;
  Result<proto::Inspection> inspection = Error{"it was not asked"};
  /// What arming would stage, of the entries that move.
  Result<proto::Preview> preview = Error{"it was not asked"};
  std::int64_t asked_unix_us = 0;  ///< our clock when we asked, and when the answer was here
  std::int64_t answered_unix_us = 0;
};

/// Asks every bouncer, in the order of CheckedBouncers::hosts, for the server behind its entries:
/// SQL of one text, through the real PgBouncers or to green.
struct ProbeQuestion {
  bool to_green = false;
  std::string sql;
};
using ProbeBouncers =
    std::function<Task<std::vector<Result<proto::ProbeResult>>>(ProbeQuestion question)>;

struct CheckedBouncers {
  std::vector<CheckedBouncer> hosts;
  ProbeBouncers probe;
};

}  // namespace cutover
