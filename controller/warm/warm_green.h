// pg_prewarm of green with what is hot on blue, within a limit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"
#include "controller/config/config.h"

namespace cutover {

struct HotRelation {
  std::string schema;
  std::string name;
  bool toast = false;       ///< the TOAST table of schema.name
  double heat = 0;          ///< bytes in blue's buffers, or blocks asked for
  std::uint64_t bytes = 0;  ///< on green; 0: green has none
  std::uint32_t green_oid = 0;
  std::uint64_t first_block = 0;  ///< of what is to be loaded
  std::uint64_t blocks = 0;       ///< 0: the limit leaves no room for it
};

struct WarmPlan {
  std::string source;  ///< "pg_buffercache" or "pg_statio"
  std::uint64_t limit_bytes = 0;
  std::uint64_t block_bytes = 8192;
  std::vector<HotRelation> relations;  ///< hottest first
};

struct WarmOptions {
  std::uint64_t limit_bytes = 0;  ///< 0: green's shared_buffers
  std::string mode = "buffer";    ///< pg_prewarm's: buffer, read, prefetch
  std::function<void(const HotRelation&, std::uint64_t done, std::uint64_t wanted)> progress = {};
};

/// What would be loaded; only looks.
Task<Result<WarmPlan>> plan_warming(DatabaseConfig database, WarmOptions options);

/// Loads it; the blocks that were. Installs pg_prewarm for the time where green has none.
Task<Result<std::uint64_t>> warm_green(DatabaseConfig database, WarmPlan plan, WarmOptions options);

/// Gives each as much as it wants until `limit_bytes` are used up; the end of a relation rather
/// than its beginning where not all of it has room: there the newest rows are.
void share_out(std::vector<HotRelation>& relations, std::uint64_t limit_bytes,
               std::uint64_t block_bytes);

}  // namespace cutover
