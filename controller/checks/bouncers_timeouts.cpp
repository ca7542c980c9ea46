// Timeouts of PgBouncer that would turn the pause into errors.
#include <fmt/format.h>

#include <chrono>

#include "controller/checks/bouncer_questions.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

double seconds_of(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void judge_wait(const ProcessView& view, const char* name, CheckOutcome outcome,
                Evidence& evidence) {
  const std::string value = setting(view.process, name);
  const auto seconds = seconds_in(value);
  const double wanted = 2 * seconds_of(view.limits.pause_budget);
  if (!seconds)
    evidence.unknown({fmt::format("{}: {} is \"{}\"", view.place, name, value)});
  else if (*seconds > 0 && *seconds < wanted)
    evidence.add(outcome, fmt::format("{} below {} s", name, wanted),
                 fmt::format("{} ({} s)", view.place, value));
}

/// Clients that wait are killed by the first two; new ones by the third, as long as the welcome
/// message of their pool is not known.
void judge_client_timeouts(const ProcessView& view, Evidence& evidence) {
  judge_wait(view, "query_wait_timeout", CheckOutcome::fail, evidence);
  judge_wait(view, "query_timeout", CheckOutcome::fail, evidence);
  judge_wait(view, "client_login_timeout", CheckOutcome::warn, evidence);
}

Task<Finding> client_timeouts(const CheckContext& context) {
  return ask_processes(context, judge_client_timeouts,
                       {fmt::format("0 or twice the pause budget of {} s",
                                    seconds_of(context.config.limits.pause_budget)),
                        "raise them in pgbouncer.ini and RELOAD, or lower limits.pause_budget: "
                        "waiting clients would get errors"});
}

void judge_login_retry(const ProcessView& view, Evidence& evidence) {
  const std::string value = setting(view.process, "server_login_retry");
  const auto seconds = seconds_in(value);
  if (!seconds)
    evidence.unknown({fmt::format("{}: server_login_retry is \"{}\"", view.place, value)});
  else if (*seconds > 1)
    evidence.fail("above 1 s", fmt::format("{} ({} s)", view.place, value));
}

Task<Finding> server_login_retry(const CheckContext& context) {
  return ask_processes(context, judge_login_retry,
                       {"at most 1 s",
                        "server_login_retry = 1 in pgbouncer.ini and RELOAD: one failed login "
                        "keeps everybody out for so long"});
}

}  // namespace

std::vector<Check> timeout_checks() {
  return {
      {"client_timeouts", "Waiting clients are kept for twice the pause budget at least.", false,
       client_timeouts},
      {"server_login_retry", "After a failed login PgBouncer tries again within a second.", false,
       server_login_retry},
  };
}

}  // namespace cutover
