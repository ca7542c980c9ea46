#include "common/toml/toml_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/toml/nearest.h"

namespace cutover {
namespace {

std::string hint_for_unknown(const std::string& name, const VisitedTable& table) {
  const auto meant = nearest(name, table.known);
  if (!meant.empty()) return fmt::format("did you mean \"{}\"?", meant);
  return fmt::format("known here: {}", fmt::join(table.known, ", "));
}

void add_unknown_keys(const toml::table& table, const VisitedTable& visited,
                      std::vector<TomlProblem>& problems) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (visited.known.contains(name)) continue;
    const char* kind = node.is_table() || node.is_array_of_tables() ? "table" : "key";
    problems.push_back({line_of(key.source()),
                        fmt::format("unknown {} \"{}{}\"", kind, visited.path, name),
                        hint_for_unknown(name, visited)});
  }
}

}  // namespace

int line_of(const toml::source_region& source) {
  return static_cast<int>(source.begin.line);
}

std::vector<TomlProblem> TomlRecord::all_problems() const {
  auto all = problems;
  if (!is_toml) all.resize(1);  // what then seems to be missing says nothing
  for (const auto& [table, visit] : visited) add_unknown_keys(*table, visit, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return all;
}

}  // namespace cutover
