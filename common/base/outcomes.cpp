#include "common/base/outcomes.h"

#include <algorithm>

namespace cutover {

Outcome worst_of(const std::vector<Outcome>& outcomes) {
  Outcome worst = done();
  for (const auto& one : outcomes) worst.kind = std::max(worst.kind, one.kind);
  for (const auto& one : outcomes) {
    if (one.is_done() && !worst.is_done()) continue;
    if (!one.detail.empty()) worst.detail += (worst.detail.empty() ? "" : "; ") + one.detail;
    if (one.kind == worst.kind && worst.hint.empty()) worst.hint = one.hint;
  }
  return worst;
}

Outcome worse_of(const Outcome& one, const Outcome& other) {
  return worst_of({one, other});
}

}  // namespace cutover
