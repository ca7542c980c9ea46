// When two servers that both go on really differ in a row. Pure: what was seen goes in, a verdict
// comes out.
//
// A trial looks at blue, waits until green has applied everything before that look, then looks at
// both some times and at blue once more. Green's state is then one that blue had between the first
// look and the last. So a row that stood still on blue all the while must be the same on green, and
// one that is the same on green as at any of blue's looks has followed.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cutover {

struct RowLook {
  std::string digest;
  std::string version = {};  ///< blue's only

  bool operator==(const RowLook&) const = default;
};

/// One row in one trial; nullopt: there was no such row.
struct Trial {
  std::vector<std::optional<RowLook>> blue;  ///< the first before green passed, the last at the end
  std::vector<std::optional<RowLook>> green;  ///< all after green passed
  /// A commit on blue may be replicated and not yet visible (it waits for a synchronous standby).
  bool commits_hidden = false;
};

enum class TrialVerdict { equal, different, unsettled };

TrialVerdict judge(const Trial& trial);

/// One row over several trials: `different` only after two trials in a row that say so of the very
/// same state.
class Suspicion {
 public:
  TrialVerdict take(const Trial& trial);

 private:
  std::optional<Trial> against_;  ///< the last trial, when it said different
};

enum class DifferenceKind { missing, extra, changed };  ///< as seen on green
DifferenceKind kind_of(const Trial& trial);
const char* name_of(DifferenceKind kind);

}  // namespace cutover
