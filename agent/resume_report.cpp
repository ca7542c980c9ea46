// See resume_report.h.
#include "agent/resume_report.h"

namespace cutover::agent {

std::string resume_report(const Resumed& resumed) {
  const std::string before = name_of(resumed.before);
  const std::string after = name_of(resumed.after);
  if (!resumed.settled)
    return "still " + after +
           ": clients may be held; the log above says why\n"
           "hint: `cutover-agent doctor`; where nothing else is left, RESUME on PgBouncer's own "
           "console\n";
  if (resumed.before == resumed.after) return before + ": nothing to do\n";
  return before + "\nnow " + after + "\n";
}

}  // namespace cutover::agent
