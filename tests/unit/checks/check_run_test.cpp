// Running the whole list: nothing is left out, whatever is missing; waiving has its limits.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/unit/checks/healthy_bouncer.h"

namespace cutover {
namespace {

Task<void> keep(const CheckContext& context, std::vector<CheckReport>& reports) {
  reports = co_await run_checks(context);
}

std::vector<CheckReport> run(const CheckContext& context) {
  boost::asio::io_context io;
  std::vector<CheckReport> reports;
  boost::asio::co_spawn(io, keep(context, reports), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  io.run_for(std::chrono::seconds(20));
  return reports;
}

TEST(RunChecks, EveryCheckReportsInOrderThoughNothingAnswers) {
  const auto reports = run(context_of({}));
  ASSERT_EQ(reports.size(), check_catalogue().size());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].name, check_catalogue()[i].name);
    EXPECT_FALSE(reports[i].finding.detail.empty()) << reports[i].name;
  }
  EXPECT_TRUE(has_failure(reports));
}

TEST(RunChecks, WhatCannotBeFoundOutNeverPasses) {
  int unknown = 0;
  for (const CheckReport& report : run(context_of({})))
    if (report.finding.detail.find("blue is away") != std::string::npos ||
        report.finding.detail.find("no green") != std::string::npos) {
      EXPECT_EQ(report.finding.outcome, CheckOutcome::fail) << report.name;
      EXPECT_NE(report.finding.hint, "") << report.name;
      ++unknown;
    }
  EXPECT_GT(unknown, 0);
}

TEST(RunChecks, NoFailureIsWithoutAHint) {
  for (const CheckContext& context : {context_of({}), CheckContext()})
    for (const CheckReport& report : run(context))
      if (report.finding.outcome == CheckOutcome::fail) {
        EXPECT_NE(report.finding.hint, "") << report.name << ": " << report.finding.detail;
      }
}

TEST(RunChecks, AnEmptyFleetIsNoPass) {
  CheckContext context;
  int seen = 0;
  for (const CheckReport& report : run(context))
    if (report.name == "agents_reachable" || report.name == "one_cluster_each") {
      EXPECT_EQ(report.finding.outcome, CheckOutcome::fail) << report.name;
      ++seen;
    }
  EXPECT_EQ(seen, 2);
}

TEST(Waive, AFailureThatDoesNotGuardDataMayBeWaived) {
  const Check check{"large_objects", "None.", false, nullptr};
  EXPECT_EQ(waive(check, {"large_objects"}, {CheckOutcome::fail, "3", "h"}).outcome,
            CheckOutcome::waived);
  EXPECT_EQ(waive(check, {"other"}, {CheckOutcome::fail, "3", "h"}).outcome, CheckOutcome::fail);
  EXPECT_EQ(waive(check, {"large_objects"}, {CheckOutcome::warn, "3", "h"}).outcome,
            CheckOutcome::warn);
}

TEST(Waive, WhatGuardsDataStaysAFailureAndSaysSo) {
  const Check check{"replica_identity", "All.", true, nullptr};
  const Finding found = waive(check, {"replica_identity"}, {CheckOutcome::fail, "3", "h"});
  EXPECT_EQ(found.outcome, CheckOutcome::fail);
  EXPECT_EQ(found.hint, "h; checks.waive names it, but it guards data and cannot be waived");
}

TEST(HasFailure, WarningsAndWaivedFailuresAreNone) {
  EXPECT_FALSE(has_failure({{"a", {CheckOutcome::warn, "", ""}},
                            {"b", {CheckOutcome::waived, "", ""}},
                            {"c", {CheckOutcome::skipped, "", ""}}}));
  EXPECT_TRUE(has_failure({{"a", {CheckOutcome::fail, "", ""}}}));
}

}  // namespace
}  // namespace cutover
