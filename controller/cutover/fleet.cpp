#include "controller/cutover/fleet.h"

#include <fmt/format.h>

#include <algorithm>

namespace cutover {
namespace {

void append(std::string& list, const std::string& item, const char* separator) {
  if (!list.empty()) list += separator;
  list += item;
}

}  // namespace

Outcome combined(const FleetOutcome& outcomes) {
  Outcome worst = done();
  for (const auto& one : outcomes) worst.kind = std::max(worst.kind, one.outcome.kind);
  for (const auto& [bouncer, outcome, held_for] : outcomes) {
    if (outcome.kind != worst.kind) continue;
    if (!outcome.detail.empty()) {
      append(worst.detail, fmt::format("{}: {}", bouncer, outcome.detail), "; ");
    }
    if (!outcome.hint.empty() && worst.hint.find(outcome.hint) == std::string::npos) {
      append(worst.hint, outcome.hint, "; ");
    }
  }
  return worst;
}

}  // namespace cutover
