#include "controller/verify/trial.h"

#include <algorithm>

namespace cutover {
namespace {

bool same_digest(const std::optional<RowLook>& one, const std::optional<RowLook>& other) {
  if (!one || !other) return !one && !other;
  return one->digest == other->digest;
}

bool has_followed(const Trial& trial) {
  return std::any_of(trial.green.begin(), trial.green.end(), [&](const auto& green) {
    return std::any_of(trial.blue.begin(), trial.blue.end(),
                       [&](const auto& blue) { return same_digest(green, blue); });
  });
}

bool stood_still(const std::vector<std::optional<RowLook>>& looks) {
  return std::all_of(looks.begin(), looks.end(),
                     [&](const auto& look) { return look == looks.front(); });
}

}  // namespace

TrialVerdict judge(const Trial& trial) {
  if (trial.blue.size() < 2 || trial.green.empty()) return TrialVerdict::unsettled;
  if (has_followed(trial)) return TrialVerdict::equal;
  const bool known = !trial.commits_hidden && stood_still(trial.blue) && stood_still(trial.green);
  return known ? TrialVerdict::different : TrialVerdict::unsettled;
}

TrialVerdict Suspicion::take(const Trial& trial) {
  const auto verdict = judge(trial);
  if (verdict != TrialVerdict::different) {
    against_.reset();
    return verdict;
  }
  const bool again = against_ && against_->blue.back() == trial.blue.back() &&
                     against_->green.back() == trial.green.back();
  against_ = trial;
  return again ? TrialVerdict::different : TrialVerdict::unsettled;
}

DifferenceKind kind_of(const Trial& trial) {
  if (!trial.green.back()) return DifferenceKind::missing;
  return trial.blue.back() ? DifferenceKind::changed : DifferenceKind::extra;
}

const char* name_of(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::missing:
      return "missing";
    case DifferenceKind::extra:
      return "extra";
    case DifferenceKind::changed:
      return "changed";
  }
  return "";
}

}  // namespace cutover
