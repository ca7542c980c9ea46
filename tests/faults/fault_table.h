// The tables of all cells in docs/failure-modes.md, written by the runs that saw them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/faults/fault_run.h"

namespace cutover::faults {

/// By the names of fault and moment.
using Results = std::map<std::pair<std::string, std::string>, CellResult>;

struct FaultTable {
  std::string name;             ///< its marks are "<!-- NAME: …" and "<!-- end of NAME -->"
  std::vector<Moment> moments;  ///< its columns
};

/// Rows of which every cell was run take the place of the page's, with `run` ("2026-11-23,
/// 8d298f9") as their last column; the others stay as an earlier run wrote them, or are "not run".
std::string to_markdown(const FaultTable& table, const Results& results, const std::string& run,
                        const std::string& earlier);

/// Puts it between the marks of the page. False where there are none.
bool write_into(const std::filesystem::path& page, const FaultTable& table, const Results& results,
                const std::string& run);

}  // namespace cutover::faults
