#include "controller/runbook/restore_list.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

namespace cutover {
namespace {

// Each begins what follows the entry's number and its two oids.
constexpr std::string_view superusers_items[] = {
    "COMMENT - EXTENSION ", "SCHEMA - public ", "COMMENT - SCHEMA public ",
    "EVENT TRIGGER - cutover_ddl ", "EVENT TRIGGER - cutover_drop "};

/// "4; 2615 2200 SCHEMA - public postgres" → "SCHEMA - public postgres"; comments give nothing.
std::string_view item_of(std::string_view line) {
  if (line.starts_with(';')) return {};
  for (int field = 0; field < 3; ++field) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return {};
    line.remove_prefix(blank + 1);
  }
  return line;
}

bool is_for_superusers(std::string_view line) {
  const auto item = item_of(line);
  return std::any_of(std::begin(superusers_items), std::end(superusers_items),
                     [&](std::string_view begin) { return item.starts_with(begin); });
}

}  // namespace

std::string without_superusers_items(const std::string& list) {
  std::istringstream lines(list);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (!is_for_superusers(line)) kept += line + "\n";
  return kept;
}

}  // namespace cutover
