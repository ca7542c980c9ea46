#include "common/toml/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace cutover {
namespace {

/// Levenshtein's distance, one row at a time.
std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view name, const std::set<std::string>& known) {
  std::string best;
  std::size_t fewest = std::max<std::size_t>(1, (name.size() + 1) / 3) + 1;
  for (const auto& candidate : known) {
    const auto edits = edits_between(name, candidate);
    if (edits >= fewest || edits >= candidate.size()) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

}  // namespace cutover
