// One row of a view of PgBouncer's console.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace cutover::agent {

/// Column name → text; NULLs are left out. Columns change by version: read them by name.
using ConsoleRow = std::map<std::string, std::string>;

/// "" when the column is missing or NULL.
std::string text_of(const ConsoleRow& row, const std::string& column);
/// 0 when it is missing or no number.
std::uint32_t number_of(const ConsoleRow& row, const std::string& column);

}  // namespace cutover::agent
