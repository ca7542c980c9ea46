// Statistics on green: what has none or stale ones, and ANALYZE of it, in stages, so that every
// table has rough statistics before any has good ones.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/outcome.h"
#include "controller/config/config.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct TableStatistics {
  std::string name;   ///< quoted and qualified
  std::string label;  ///< schema.table as in the catalogue
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;     ///< estimated
  std::uint64_t changed = 0;  ///< rows changed since the last ANALYZE
  std::string analyzed_at;    ///< UTC; empty: never
  bool has_statistics = false;
  bool stale = false;  ///< none, or a tenth of its rows changed since
  std::string owner;
  bool refused = false;  ///< ANALYZE skips it with a warning for the configured role
};

struct AnalyzedTable {
  TableStatistics table;
  Outcome outcome;
  std::uint32_t stages = 0;
  std::chrono::milliseconds took{0};
};

struct AnalyzeProgress {
  std::string database;
  std::uint32_t stage = 0;  ///< from 1
  std::size_t tables = 0;   ///< of this stage
  std::size_t done = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_done = 0;
};

struct AnalyzeOptions {
  std::uint32_t jobs = 2;
  bool all = false;                                         ///< fresh ones too
  std::chrono::milliseconds limit = std::chrono::hours(2);  ///< for one ANALYZE
  std::function<void(const AnalyzeProgress&)> progress = {};
};

/// Every table of green that can be analysed, largest first.
Task<Result<std::vector<TableStatistics>>> look_at_statistics(DatabaseConfig database);

/// A table that the server would skip, since another role owns it, is refused. Of the others: rough
/// statistics (target 1, then 10) for those that have none, then as the server is set for all
/// of `tables`.
Task<std::vector<AnalyzedTable>> analyze_in_stages(DatabaseConfig database,
                                                   std::vector<TableStatistics> tables,
                                                   AnalyzeOptions options);

}  // namespace cutover
