// The catalogue, and asking all of it at once.
#include "controller/checks/check.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "common/async/gather.h"
#include "common/async/within.h"
#include "controller/checks/check_context.h"
#include "controller/checks/check_list.h"
#include "controller/checks/way_back.h"

namespace cutover {
namespace {

std::vector<Check> every_check() {
  std::vector<Check> checks;
  for (const auto& list : {server_checks,   replication_checks, publication_checks, schema_checks,
                           uncopied_checks, trigger_checks,     sequence_checks,    role_checks,
                           setting_checks,  collation_checks,   capacity_checks,    workload_checks,
                           session_checks,  configured_checks,  clock_checks,       agent_checks,
                           pooling_checks,  timeout_checks,     entry_checks,       route_checks,
                           way_back_checks}) {
    const auto more = list();
    checks.insert(checks.end(), more.begin(), more.end());
  }
  return checks;
}

Finding too_slow(std::chrono::milliseconds limit) {
  return {.outcome = CheckOutcome::fail,
          .detail = "cannot be found out: no answer within " +
                    std::to_string(limit.count() / 1000) + " s",
          .hint = "look for locks and load on the servers, then check again"};
}

Task<Finding> ask_guarded(const CheckContext& context, const Check& check) {
  std::string thrown;
  try {
    auto found = co_await within(context.check_limit, check.ask(context));
    if (found) co_return std::move(*found);
    co_return too_slow(context.check_limit);
  } catch (const std::exception& exception) {
    thrown = exception.what();
  }
  co_return Finding{.outcome = CheckOutcome::fail,
                    .detail = "cannot be found out: the check itself failed: " + thrown,
                    .hint = "this is a bug in cutover; please report it with the log"};
}

}  // namespace

const std::vector<Check>& check_catalogue() {
  static const std::vector<Check> catalogue = every_check();
  return catalogue;
}

Task<std::vector<CheckReport>> run_checks(const CheckContext& context) {
  const auto& catalogue = check_catalogue();
  std::vector<Task<Finding>> questions;
  for (const Check& check : catalogue) questions.push_back(ask_guarded(context, check));
  auto findings = co_await gather(std::move(questions));
  std::vector<CheckReport> reports;
  for (std::size_t i = 0; i < catalogue.size(); ++i)
    reports.push_back({catalogue[i].name,
                       waive(catalogue[i], context.config.checks.waive, std::move(findings[i]))});
  co_return reports;
}

Finding waive(const Check& check, const std::vector<std::string>& waived, Finding finding) {
  if (finding.outcome != CheckOutcome::fail) return finding;
  if (std::find(waived.begin(), waived.end(), check.name) == waived.end()) return finding;
  if (check.guards_data)
    finding.hint += (finding.hint.empty() ? "" : "; ") +
                    std::string("checks.waive names it, but it guards data and cannot be waived");
  else
    finding.outcome = CheckOutcome::waived;
  return finding;
}

bool has_failure(const std::vector<CheckReport>& reports) {
  return std::any_of(reports.begin(), reports.end(), [](const CheckReport& report) {
    return report.finding.outcome == CheckOutcome::fail;
  });
}

const char* name_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::pass:
      return "pass";
    case CheckOutcome::warn:
      return "warn";
    case CheckOutcome::fail:
      return "fail";
    case CheckOutcome::waived:
      return "waived";
    case CheckOutcome::skipped:
      return "skipped";
  }
  return "fail";
}

}  // namespace cutover
