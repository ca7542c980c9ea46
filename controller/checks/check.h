// A check is data: a name, why it is asked, and a question that only looks. Cutover, dry run,
// doctor and docs read the same list.
#pragma once

#include <string>
#include <vector>

#include "common/async/task.h"

namespace cutover {

struct CheckContext;

enum class CheckOutcome { pass, warn, fail, waived, skipped };

struct Finding {
  CheckOutcome outcome = CheckOutcome::fail;
  std::string detail;  ///< what was found, where; for people
  std::string hint = {};
};

struct Check {
  std::string name;         ///< as in --json, metrics and checks.waive: "replica_identity"
  std::string purpose;      ///< one sentence for docs and dry run
  bool guards_data = true;  ///< cannot be waived
  /// What cannot be found out fails: an unreachable server or an empty answer is no pass.
  Task<Finding> (*ask)(const CheckContext&) = nullptr;
};

struct CheckReport {
  std::string name;
  Finding finding;
};

/// Every check in the order in which it is shown. The catalogue is fixed: it does not depend on the
/// configuration.
const std::vector<Check>& check_catalogue();

/// Asks all of them, several at once, and reports in catalogue order. A failed check named in
/// `waive` is reported as waived unless it guards data; an exception inside a check is a failure of
/// that check.
Task<std::vector<CheckReport>> run_checks(const CheckContext& context);

/// A failed check named in `waived` becomes waived, unless it guards data: then the hint says so.
Finding waive(const Check& check, const std::vector<std::string>& waived, Finding finding);

bool has_failure(const std::vector<CheckReport>& reports);
/// "pass", "warn", "fail", "waived", "skipped"
const char* name_of(CheckOutcome outcome);

}  // namespace cutover
