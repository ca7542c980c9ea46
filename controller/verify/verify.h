// `verify`: every row of every published table of one database is the same on both sides, found out
// while both live. Reads only. Next: table_walk.h (what is compared when), settle.h (second looks),
// trial.h (when a row really differs).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <functional>

#include "controller/config/config.h"
#include "controller/verify/settle.h"
#include "controller/verify/table_walk.h"

namespace cutover {

struct VerifyProgress {
  std::string database;
  std::size_t tables = 0;
  std::size_t tables_done = 0;
  std::uint64_t rows = 0;  ///< compared in the second pass
  std::uint64_t estimated_rows = 0;
  std::uint64_t recent_rows = 0;  ///< compared in the first pass
  std::uint64_t differences = 0;
};

struct VerifyOptions {
  std::filesystem::path state_dir;
  std::string run_id = "verify";
  std::uint32_t jobs = 2;
  std::uint64_t most_lag_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds patience{120'000};  ///< with a green that stands still, a server lost
  std::chrono::milliseconds progress_interval{2'000};
  bool restart = false;             ///< forget what an interrupted comparison has done
  bool show_data = false;           ///< of rows that differ
  std::vector<std::string> tables;  ///< "table" or "schema.table"; empty: all
  std::size_t most_shown = 100;     ///< differences of one table in the report
  WalkOptions walk;
  SettleOptions settle;
  std::function<void(const VerifyProgress&)> progress = {};
  std::function<void(const std::string&)> waiting = {};  ///< for green, and why
};

struct ShownDifference {
  RowKey key;
  DifferenceKind kind = DifferenceKind::changed;
  std::string blue_data;  ///< JSON, when asked for; empty: no such row
  std::string green_data;
};

struct TableVerdict {
  ComparedTable table;
  std::uint64_t rows = 0;
  std::uint64_t chunks = 0;
  std::uint64_t looked_again = 0;
  std::uint64_t differences = 0;
  std::vector<ShownDifference> shown;
  std::uint64_t unsettled = 0;  ///< rows that changed too often to be compared
  std::optional<Error> failure;
};

struct VerifyReport {
  std::string database;
  std::optional<std::string> resumed_from;  ///< when the interrupted comparison had begun
  std::optional<std::string> given_up;      ///< the same of one that was of another green
  std::vector<TableVerdict> tables;         ///< by name
  std::chrono::milliseconds held_back{0};   ///< because green lagged
  std::optional<Error> error;               ///< it could not be begun, or gone on with
};

Task<VerifyReport> verify_database(boost::asio::any_io_executor executor, DatabaseConfig database,
                                   VerifyOptions options);

}  // namespace cutover
