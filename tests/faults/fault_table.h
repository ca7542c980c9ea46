// The table of all cells in docs/failure-modes.md, written by the run that saw them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "tests/faults/fault_run.h"

namespace cutover::faults {

using Table = std::map<std::pair<std::string, Moment>, CellResult>;

/// Markdown; a cell that was not run is "not run".
std::string to_markdown(const Table& table);

/// Puts it between the marks of the page. False where there are none.
bool write_into(const std::filesystem::path& page, const std::string& markdown);

}  // namespace cutover::faults
