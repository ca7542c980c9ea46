#include "controller/checks/bouncer_questions.h"

#include <cctype>
#include <cstdio>

namespace cutover {
namespace {

void judge_host(const CheckContext& context, const CheckedBouncer& bouncer,
                const std::vector<std::string>& moved, JudgeProcess judge, Evidence& evidence) {
  for (const proto::ProcessInspection& process : bouncer.inspection->processes())
    judge({place_of(bouncer, process), process, context.config.limits, moved}, evidence);
}

Error not_asked(const CheckedBouncer& bouncer) {
  return within_context(bouncer.config.name, bouncer.inspection.error());
}

}  // namespace

Task<Finding> ask_processes(const CheckContext& context, JudgeProcess judge, Wording wording) {
  Evidence evidence;
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (bouncer.inspection)
      judge_host(context, bouncer, {}, judge, evidence);
    else
      evidence.unknown(not_asked(bouncer));
  }
  co_return evidence.finding(wording.none, wording.hint);
}

Task<Finding> ask_moving_processes(const CheckContext& context, JudgeProcess judge,
                                   Wording wording) {
  Evidence evidence;
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    const auto moved = moved_entries(context.config, bouncer);
    if (moved)
      judge_host(context, bouncer, *moved, judge, evidence);
    else
      evidence.unknown(moved.error());
  }
  co_return evidence.finding(wording.none, wording.hint);
}

std::optional<Version> parse_version(const std::string& text) {
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == std::string::npos) return std::nullopt;
  Version version;
  if (std::sscanf(text.c_str() + digit, "%4d.%4d", &version.major, &version.minor) != 2)
    return std::nullopt;
  return version;
}

}  // namespace cutover
