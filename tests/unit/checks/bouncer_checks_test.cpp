// Every check of bouncers passes on a healthy one and is seen to fail on each way to spoil it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>

#include "controller/checks/check_list.h"
#include "tests/unit/checks/healthy_bouncer.h"

namespace cutover {
namespace {

struct SpoiledCase {
  std::string check;
  std::string title;
  std::function<void(SpoiledFleet&)> spoil;
  CheckOutcome outcome;
  std::string says;  ///< part of the detail
};

void PrintTo(const SpoiledCase& each, std::ostream* out) {
  *out << each.check << each.title;
}

std::function<void(SpoiledFleet&)> with_setting(std::string name, std::string value) {
  return [=](SpoiledFleet& fleet) { set_setting(fleet.inspection, name, value); };
}

std::function<void(SpoiledFleet&)> with_column(std::string name, std::string value) {
  return [=](SpoiledFleet& fleet) { set_column(fleet.app(), name, value); };
}

std::function<void(SpoiledFleet&)> with_version(std::string version) {
  return [=](SpoiledFleet& fleet) { fleet.process().set_version(version); };
}

void add_standing_entry(SpoiledFleet& fleet, const std::string& name, const std::string& dbname) {
  proto::IniEntry* entry = fleet.process().add_ini_entries();
  *entry = fleet.process().ini_entries(0);
  entry->set_entry(name);
  entry->set_dbname(dbname);
  entry->set_line(9);
  *fleet.process().add_databases() = fleet.app();
  auto& added = *fleet.process().mutable_databases(fleet.process().databases_size() - 1);
  set_column(added, "name", name);
}

void add_green_entry(SpoiledFleet& fleet, const std::string& name) {
  add_standing_entry(fleet, name, "app");
  auto& process = fleet.process();
  process.mutable_ini_entries(process.ini_entries_size() - 1)->set_host("10.0.0.2");
  set_column(*process.mutable_databases(process.databases_size() - 1), "host", "10.0.0.2");
}

constexpr auto fail = CheckOutcome::fail;
constexpr auto warn = CheckOutcome::warn;
constexpr auto pass = CheckOutcome::pass;

const std::vector<SpoiledCase>& agent_cases() {
  static const std::vector<SpoiledCase> cases = {
      {"agents_reachable", "NoBouncer", [](SpoiledFleet& fleet) { fleet.config.bouncers.clear(); },
       fail, "no bouncer"},
      {"agents_reachable", "NoProcess",
       [](SpoiledFleet& fleet) { fleet.inspection.clear_processes(); }, fail,
       "without a [[pgbouncer]]: b1"},
      {"pgbouncers_answer", "ConsoleRefuses",
       [](SpoiledFleet& fleet) { fleet.process().set_error("console: connection refused"); }, fail,
       "b1: console: connection refused"},
      {"pgbouncer_version", "Ancient", with_version("1.11.0"), fail, "older than 1.12: b1 1.11.0"},
      {"pgbouncer_version", "Unreadable", with_version("dev"), fail, "cannot be found out"},
      {"pgbouncer_version", "CancelHazard", with_version("1.18.0"), warn, "comes back unpaused"},
      {"pgbouncer_version", "TlsReload",
       [](SpoiledFleet& fleet) {
         fleet.process().set_version("1.22.1");
         set_setting(fleet.inspection, "server_tls_sslmode", "prefer");
       },
       warn, "renews every pool"},
      {"pgbouncer_version", "NoTlsNoHazard", with_version("1.22.1"), pass, "b1 1.22.1"},
      {"pgbouncer_version", "WhatTheAgentGuardsAgainstIsTold", with_version("1.24.1"), pass,
       "guarded against: RELOAD answers success when the file could not be loaded (the agent "
       "looks"},
      {"pgbouncer_version", "WhatAnotherCheckGuardsAgainstIsTold", with_version("1.22.1"), pass,
       "disconnects every waiting client (check green_reachable"},
      {"prepared_statements", "Before121", with_version("1.20.1"), warn, "before 1.21"},
      {"prepared_statements", "SwitchedOff", with_setting("max_prepared_statements", "0"), warn,
       "max_prepared_statements = 0: b1"},
  };
  return cases;
}

const std::vector<SpoiledCase>& pooling_cases() {
  static const std::vector<SpoiledCase> cases = {
      {"pool_mode", "SessionByDefault", with_setting("pool_mode", "session"), fail,
       "session pooling: b1 app"},
      {"pool_mode", "SessionOfTheEntry", with_column("pool_mode", "session"), fail,
       "session pooling: b1 app"},
      {"pool_mode", "SessionOfAUser",
       [](SpoiledFleet& fleet) {
         set_column(*fleet.process().mutable_pools(0), "pool_mode", "session");
       },
       fail, "session pooling: b1 app of user app"},
      {"pool_mode", "StatementIsFine", with_column("pool_mode", "statement"), pass, "statement"},
      {"pool_mode", "NotKnown", with_setting("pool_mode", ""), fail, "cannot be found out"},
      {"replication_clients", "OneOfThem",
       [](SpoiledFleet& fleet) {
         set_column(*fleet.process().mutable_clients(0), "replication", "logical");
         set_column(*fleet.process().mutable_clients(0), "user", "cdc");
       },
       fail, "never drains: b1 app of user cdc"},
      {"nothing_paused", "Globally",
       [](SpoiledFleet& fleet) { fleet.process().set_globally_paused(true); }, fail, "paused: b1"},
      {"nothing_paused", "ShuttingDown",
       [](SpoiledFleet& fleet) { fleet.process().set_shutting_down(true); }, fail,
       "shutting down: b1"},
      {"nothing_paused", "OneEntry", with_column("paused", "1"), fail, "entry paused: b1 app"},
      {"nothing_paused", "Disabled", with_column("disabled", "1"), fail, "entry disabled: b1 app"},
      {"nothing_paused", "AnotherEntryOnlyWarns",
       [](SpoiledFleet& fleet) {
         add_standing_entry(fleet, "other", "other");
         set_column(*fleet.process().mutable_databases(1), "paused", "1");
       },
       warn, "entry paused: b1 other"},
      {"min_pool_size", "BesideAnEntryThatStays",
       [](SpoiledFleet& fleet) {
         set_column(fleet.app(), "min_pool_size", "5");
         add_standing_entry(fleet, "other", "other");
       },
       fail, "b1 app (5)"},
      {"min_pool_size", "UnreadableIsNotZero",
       [](SpoiledFleet& fleet) {
         set_column(fleet.app(), "min_pool_size", "some");
         add_standing_entry(fleet, "other", "other");
       },
       fail, "cannot be found out: b1 app: its min_pool_size"},
      {"min_pool_size", "NoObstacleWhereAllMove", with_column("min_pool_size", "5"), pass,
       "no obstacle"},
      {"min_pool_size", "GeneralSettingBefore116",
       [](SpoiledFleet& fleet) {
         fleet.app().mutable_columns()->erase("min_pool_size");
         set_setting(fleet.inspection, "min_pool_size", "3");
         add_standing_entry(fleet, "other", "other");
       },
       fail, "b1 app (3)"},
  };
  return cases;
}

const std::vector<SpoiledCase>& timeout_and_entry_cases() {
  static const std::vector<SpoiledCase> cases = {
      {"client_timeouts", "WaitTooShort", with_setting("query_wait_timeout", "9.5"), fail,
       "query_wait_timeout below 10 s: b1 (9.5 s)"},
      {"client_timeouts", "TwiceTheBudgetIsEnough", with_setting("query_wait_timeout", "10"), pass,
       "pause budget of 5 s"},
      {"client_timeouts", "QueryTooShort", with_setting("query_timeout", "3"), fail,
       "query_timeout below 10 s"},
      {"client_timeouts", "LoginOnlyWarns", with_setting("client_login_timeout", "5"), warn,
       "client_login_timeout below 10 s"},
      {"client_timeouts", "NotKnown", with_setting("query_timeout", ""), fail,
       "cannot be found out: b1: query_timeout is \"\""},
      {"server_login_retry", "DefaultOfFifteen", with_setting("server_login_retry", "15"), fail,
       "above 1 s: b1 (15 s)"},
      {"server_login_retry", "OneSecondIsFine", with_setting("server_login_retry", "1"), pass,
       "at most 1 s"},
      {"server_login_retry", "NotKnown", with_setting("server_login_retry", "soon"), fail,
       "cannot be found out"},
      {"entries_claimed", "AnEntryOfBlueIsNotNamed",
       [](SpoiledFleet& fleet) {
         fleet.config.bouncers[0].entries = {{"app", "app"}};
         add_standing_entry(fleet, "report", "app");
       },
       fail, "b1 report (10.0.0.1:5432/app at /etc/pgbouncer/pgbouncer.ini:9)"},
      {"entries_claimed", "TheFallbackToo",
       [](SpoiledFleet& fleet) { add_standing_entry(fleet, "*", "*"); }, fail, "b1 *"},
      {"entries_claimed", "IgnoredOnPurpose",
       [](SpoiledFleet& fleet) {
         add_standing_entry(fleet, "report", "app");
         fleet.config.bouncers[0].ignore_entries = {"report"};
       },
       pass, "moving: b1 app"},
      {"entries_claimed", "AnotherDatabaseOnlyWarns",
       [](SpoiledFleet& fleet) { add_standing_entry(fleet, "other", "other"); }, warn,
       "another database of blue, stays there: b1 other"},
      {"entries_claimed", "OnGreenAlreadyOnlyWarns",
       [](SpoiledFleet& fleet) { add_green_entry(fleet, "look"); }, warn,
       "there already, and would be moved on the way back: b1 look"},
      {"entries_claimed", "OnGreenAlreadyOnPurpose",
       [](SpoiledFleet& fleet) {
         add_green_entry(fleet, "look");
         fleet.config.bouncers[0].ignore_entries = {"look"};
       },
       pass, "moving: b1 app"},
      {"entries_claimed", "NothingPointsAtBlue",
       [](SpoiledFleet& fleet) { fleet.process().mutable_ini_entries(0)->set_host("10.9.9.9"); },
       fail, "cannot be found out"},
      {"ini_change", "AllHaveShownIt", [](SpoiledFleet&) {}, pass, "has shown what it would write"},
      {"ini_change", "AnAgentRefuses",
       [](SpoiledFleet& fleet) {
         fleet.preview = Error{"main: its console cannot name entry x", "give it a shorter name"};
       },
       fail, "b1: main: its console cannot name entry x"},
      {"ini_matches", "Drifted",
       [](SpoiledFleet& fleet) { fleet.process().set_drift("app: host on disk is 10.0.0.9"); },
       fail, "b1: app: host on disk is 10.0.0.9"},
      {"ini_writable", "ReadOnlyDirectory",
       [](SpoiledFleet& fleet) {
         fleet.process().set_directory_error("/etc/pgbouncer: permission denied");
       },
       fail, "b1: /etc/pgbouncer: permission denied"},
      {"green_address", "ByName",
       [](SpoiledFleet& fleet) {
         fleet.config.databases[0].routes[0].green.host = "green.internal";
       },
       warn, "looked up by name: green.internal"},
      {"green_address", "IPv6IsAnAddress",
       [](SpoiledFleet& fleet) { fleet.config.databases[0].routes[0].green.host = "fd00::2"; },
       pass, "addresses"},
      // The clock goes on until it is compared: 900 ms are left for that.
      {"clock_skew", "AheadByTwoSeconds",
       [](SpoiledFleet& fleet) {
         fleet.config.databases.clear();
         fleet.inspection.set_clock_unix_us(static_cast<std::uint64_t>(unix_clock_us()) +
                                            2'900'000);
       },
       warn, "off from this machine's clock: b1 +2"},
      {"blue_answers", "BlueIsAway", [](SpoiledFleet&) {}, fail, "cannot be found out"},
      {"green_reachable", "GreenDoesNotExist", [](SpoiledFleet&) {}, fail, "cannot be found out"},
  };
  return cases;
}

std::vector<SpoiledCase> every_case() {
  std::vector<SpoiledCase> cases;
  for (const auto* list : {&agent_cases(), &pooling_cases(), &timeout_and_entry_cases()})
    cases.insert(cases.end(), list->begin(), list->end());
  return cases;
}

std::vector<Check> bouncer_checks() {
  std::vector<Check> checks;
  for (const auto& list :
       {agent_checks(), pooling_checks(), timeout_checks(), entry_checks(), route_checks()})
    checks.insert(checks.end(), list.begin(), list.end());
  return checks;
}

class SpoiledBouncer : public testing::TestWithParam<SpoiledCase> {};

TEST_P(SpoiledBouncer, IsJudgedAsExpected) {
  SpoiledFleet fleet;
  GetParam().spoil(fleet);
  const Finding found = ask_check(GetParam().check, context_of(fleet));
  EXPECT_EQ(found.outcome, GetParam().outcome) << found.detail;
  EXPECT_NE(found.detail.find(GetParam().says), std::string::npos) << found.detail;
  const bool is_unknown = found.detail.starts_with("cannot be found out");
  if (!is_unknown) {
    EXPECT_EQ(found.hint.empty(), found.outcome == pass) << found.hint;
  }
}

INSTANTIATE_TEST_SUITE_P(Bouncers, SpoiledBouncer, testing::ValuesIn(every_case()),
                         [](const auto& info) { return info.param.check + info.param.title; });

TEST(BouncerChecks, PassOnAHealthyBouncer) {
  for (const Check& check : bouncer_checks()) {
    if (check.name == "blue_answers" || check.name == "green_reachable") continue;  // need servers
    const Finding found = ask_check(check.name, context_of({}));
    EXPECT_EQ(found.outcome, CheckOutcome::pass) << check.name << ": " << found.detail;
  }
}

TEST(BouncerChecks, EachIsSeenToComplain) {
  std::set<std::string> seen;
  for (const SpoiledCase& each : every_case())
    if (each.outcome != CheckOutcome::pass) seen.insert(each.check);
  for (const Check& check : bouncer_checks()) EXPECT_TRUE(seen.contains(check.name)) << check.name;
}

TEST(BouncerChecks, AChangeThatIsRefusedIsToldWithTheAgentsHint) {
  SpoiledFleet fleet;
  fleet.preview = Error{"main: its console cannot name entry x", "give it a shorter name"};
  EXPECT_EQ(ask_check("ini_change", context_of(fleet)).hint, "give it a shorter name");
}

TEST(BouncerChecks, AnAgentOutOfReachIsAFailureOfEachOfThem) {
  const SpoiledFleet fleet;
  CheckContext context = context_of(fleet);
  auto bouncers = std::make_shared<CheckedBouncers>(*context.bouncers);
  bouncers->hosts[0].inspection = Error{"ssh: connection refused", "start sshd"};
  context.bouncers = std::move(bouncers);
  for (const Check& check : bouncer_checks()) {
    if (check.name == "green_address") continue;  // of the configuration alone
    const Finding found = ask_check(check.name, context);
    EXPECT_EQ(found.outcome, CheckOutcome::fail) << check.name << ": " << found.detail;
  }
}

}  // namespace
}  // namespace cutover
