// Asking every PgBouncer process the same: the judge sees one process at a time, as its agent
// described it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "controller/checks/check_context.h"
#include "controller/checks/checked_bouncers.h"
#include "controller/checks/evidence.h"
#include "controller/checks/pools.h"

namespace cutover {

struct ProcessView {
  std::string place;  ///< for messages
  const proto::ProcessInspection& process;
  const Limits& limits;
  std::vector<std::string> moved;  ///< names of the entries that move
};

struct Wording {
  std::string none;  ///< the detail when nothing is wrong
  std::string hint;
};

using JudgeProcess = void (*)(const ProcessView&, Evidence&);

/// Bouncers that did not answer are unknown, and so is what needs to know which entries move.
Task<Finding> ask_processes(const CheckContext& context, JudgeProcess judge, Wording wording);
/// As above, for judges that look at `moved`: where that is not known, the check fails.
Task<Finding> ask_moving_processes(const CheckContext& context, JudgeProcess judge,
                                   Wording wording);

struct Version {
  int major = 0;
  int minor = 0;
  auto operator<=>(const Version&) const = default;
};
/// "1.18.0", also with text before or after ("PgBouncer 1.25.2", "1.24.1-rc1").
std::optional<Version> parse_version(const std::string& text);

}  // namespace cutover
