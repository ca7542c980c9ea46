// The controller's page: what looks, events and the journal make of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "agent/metric_catalogue.h"
#include "common/base/utc_time.h"
#include "controller/journal/journal.h"
#include "controller/metrics/controller_metrics.h"
#include "controller/metrics/metric_catalogue.h"
#include "controller/metrics/step_gauges.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

FleetLook one_database() {
  DatabaseLook database;
  database.name = "app";
  SlotLook slot;
  slot.slot = slot.subscription = "cutover";
  slot.ours = true;
  slot.active = true;
  slot.lag_bytes = 12;
  database.blue.slots.push_back(slot);
  database.blue.transactions = 100;
  database.blue.sequences["s"] = {10, false};
  database.green.sequences["s"] = {7, false};
  database.green.unanalyzed_tables = 2;
  database.fenced = true;
  FleetLook look;
  look.databases.push_back(database);
  return look;
}

TEST(MetricCatalogues, EveryRowIsNamedByTheRulesAndDescribed) {
  for (const auto& catalogue : {agent::metric_catalogue(), controller_metric_catalogue()}) {
    std::set<std::string> names;
    for (const auto& row : catalogue) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_TRUE(std::string(row.name).starts_with("cutover_")) << row.name;
      EXPECT_NE(std::string(row.help), "");
      EXPECT_EQ(row.kind == MetricKind::counter, std::string(row.name).ends_with("_total"));
    }
  }
}

TEST(ControllerMetrics, ALookFillsServersReplicationAndFence) {
  ControllerMetrics metrics;
  metrics.take(one_database());
  const auto page = metrics.text();
  for (const char* line :
       {"cutover_lag_bytes{database=\"app\",direction=\"forward\",subscription=\"cutover\"} 12",
        "cutover_slot_active{slot=\"cutover\"} 1", "cutover_fenced{database=\"app\"} 1",
        "cutover_transactions_total{database=\"app\",side=\"blue\"} 100",
        "cutover_sequences_behind{database=\"app\"} 1",
        "cutover_unanalyzed_tables{database=\"app\"} 2"})
    EXPECT_THAT(page, HasSubstr(line));
}

TEST(ControllerMetrics, ASlotThatWasDroppedIsToldNoMore) {
  ControllerMetrics metrics;
  metrics.take(one_database());
  auto look = one_database();
  look.databases[0].blue.slots.clear();
  metrics.take(look);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_slot_active{")));
}

TEST(ControllerMetrics, SlotsOfOthersKeepWalButHaveNoLagOfOurs) {
  auto look = one_database();
  look.databases[0].blue.slots[0].ours = false;
  look.databases[0].blue.slots[0].retained_bytes = 5;
  ControllerMetrics metrics;
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_retained_wal_bytes{slot=\"cutover\"} 5"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_lag_bytes{")));
}

TEST(ControllerMetrics, TheWayBackIsToldAsLongAsGreenAnswers) {
  auto look = one_database();
  look.databases[0].way_back_subscriptions = 1;
  ControllerMetrics metrics;
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_way_back_open{database=\"app\"} 0"));
  look.databases[0].green.error = "connection refused";
  metrics.take(look);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_way_back_open{")));
}

TEST(ControllerMetrics, ASequenceThatDescendsIsBehindWhenItIsAbove) {
  auto look = one_database();
  look.databases[0].blue.sequences = {{"down", {-10, true}}};
  look.databases[0].green.sequences = {{"down", {-7, true}}};
  EXPECT_EQ(look.databases[0].sequences_behind(), 1);
  look.databases[0].green.sequences = {{"down", {-12, true}}};
  EXPECT_EQ(look.databases[0].sequences_behind(), 0);
}

TEST(ControllerMetrics, AServerThatWasRestartedCountsOn) {
  ControllerMetrics metrics;
  auto look = one_database();
  metrics.take(look);
  look.databases[0].blue.transactions = 5;
  metrics.take(look);
  EXPECT_THAT(metrics.text(),
              HasSubstr("cutover_transactions_total{database=\"app\",side=\"blue\"} 105"));
}

TEST(ControllerMetrics, ATableThatIsDroppedTakesNoRowsAwayAndAddsNone) {
  ControllerMetrics metrics;
  const auto told = [&metrics](const std::map<std::string, double>& rows_by_table) {
    auto look = one_database();
    look.databases[0].blue.rows_by_table = rows_by_table;
    metrics.take(look);
    const std::string series = "cutover_rows_written_total{database=\"app\",side=\"blue\"} ";
    const auto page = metrics.text();
    return std::stod(page.substr(page.find(series) + series.size()));
  };
  EXPECT_EQ(told({{"1", 1000}, {"2", 7}}), 1007);
  EXPECT_EQ(told({{"1", 1001}}), 1008);
  EXPECT_EQ(told({{"1", 1001}, {"3", 20}}), 1028) << "a table that came";
  EXPECT_EQ(told({{"1", 5}, {"3", 20}}), 1033) << "statistics that were reset";
  EXPECT_EQ(told({}), 1033);
  EXPECT_EQ(told({{"1", 1}}), 1034);
}

/// Two databases whose subscriptions have the same name.
FleetLook apply_errors(std::optional<double> of_a, std::optional<double> of_b) {
  FleetLook look;
  look.databases.resize(2);
  look.databases[0].name = "a";
  look.databases[1].name = "b";
  const auto take = [](SideLook& green, std::optional<double> errors) {
    if (errors) green.apply_errors["cutover"] = *errors;
    if (!errors) green.error = "connection refused";
  };
  take(look.databases[0].green, of_a);
  take(look.databases[1].green, of_b);
  return look;
}

TEST(ControllerMetrics, ErrorsOfSubscriptionsOfOneNameAreCountedOnce) {
  ControllerMetrics metrics;
  const auto told = [&metrics](const FleetLook& look) {
    metrics.take(look);
    const std::string series = "cutover_apply_errors_total{subscription=\"cutover\"} ";
    const auto page = metrics.text();
    const auto at = page.find(series);
    return at == std::string::npos ? -1 : std::stod(page.substr(at + series.size()));
  };
  for (int looks = 0; looks < 3; ++looks) EXPECT_EQ(told(apply_errors(5, 0)), 5);
  EXPECT_EQ(told(apply_errors(5, 1)), 6);
  EXPECT_EQ(told(apply_errors(std::nullopt, 1)), 6) << "one that is down has forgotten nothing";
  EXPECT_EQ(told(apply_errors(7, 1)), 8);
  EXPECT_EQ(told(apply_errors(2, 1)), 10) << "its statistics were reset";
}

TEST(ControllerMetrics, TheFenceIsKnownWhileBlueIsDownAndGoneWithItsRow) {
  auto look = one_database();
  ControllerMetrics metrics;
  metrics.take(look);
  look.databases[0].fenced.reset();
  look.databases[0].blue.error = "connection refused";
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_fenced{database=\"app\"} 1"));
  look.databases[0].blue.error.clear();  // as after `finish --lift-fence`
  metrics.take(look);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_fenced{")));
  look.databases[0].blue.error = "connection refused";
  metrics.take(look);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_fenced{")));
}

TEST(ControllerMetrics, ARunLeavesItsPauseStepsAndOutcomeBehind) {
  ControllerMetrics metrics;
  metrics.take(RunBegan{"cutover"});
  metrics.take(StepBegan{"pause", false});
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_phase{phase=\"pause\"} 1"));
  metrics.take(StepEnded{"pause", false, done(), std::chrono::microseconds(2'500)});
  metrics.take(PauseEnded{std::chrono::microseconds(40'000)});
  metrics.take(RunEnded{RunOutcome::aborted});
  const auto page = metrics.text();
  for (const char* line :
       {"cutover_step_seconds{step=\"pause\"} 0.0025", "cutover_last_pause_seconds 0.04",
        "cutover_last_run_outcome{outcome=\"aborted\"} 1", "cutover_phase{phase=\"idle\"} 1"})
    EXPECT_THAT(page, HasSubstr(line));
}

TEST(ControllerMetrics, BetweenRunsTheJournalTellsOfTheLastOne) {
  const support::TemporaryDirectory directory("metrics");
  auto journal = Journal::open(directory / "state");
  ASSERT_TRUE(journal.has_value());
  ASSERT_TRUE(journal->begin_run("one", "cutover"));
  ASSERT_TRUE(journal->begin_run("two", "cutover"));
  JournalListener listener(*journal, "two");
  listener.on(StepEnded{"decide", false, done(), std::chrono::microseconds(2'000)}, RunState{});
  ASSERT_TRUE(journal->end_run("two", "aborted", 3, 0.25));
  // Journaled for the runbook, and no runs.
  ASSERT_TRUE(journal->begin_run("three", "verify"));
  ASSERT_TRUE(journal->end_run("three", "refused", 0, std::nullopt));
  ASSERT_TRUE(journal->begin_run("four", "analyze"));
  ControllerMetrics metrics;
  metrics.take(*journal);
  const auto page = metrics.text();
  for (const char* line :
       {"cutover_runs_total{outcome=\"aborted\"} 1", "cutover_runs_total{outcome=\"died\"} 1",
        "cutover_last_pause_seconds 0.25", "cutover_step_seconds{step=\"decide\"} 0.002"})
    EXPECT_THAT(page, HasSubstr(line));
  EXPECT_THAT(page, Not(HasSubstr("cutover_step_timestamp_seconds{step=\"decide\"} 0\n")));
  EXPECT_THAT(page, HasSubstr("cutover_runs_total{outcome=\"refused\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("cutover_last_run_outcome{outcome=\"aborted\"} 1\n"));
}

/// Pauses that a journal tells of, run after run.
class PausesInTheJournal : public testing::Test {
 protected:
  void run(const std::string& id, const std::string& command, const std::vector<Event>& events,
           const std::string& outcome) {
    ASSERT_TRUE(journal_->begin_run(id, command));
    JournalListener listener(*journal_, id);
    for (const auto& event : events) {
      let_the_clock_go_on();
      listener.on(event, RunState{});
    }
    let_the_clock_go_on();
    if (!outcome.empty()) {
      ASSERT_TRUE(journal_->end_run(id, outcome, 1, std::nullopt));
    }
    metrics_.take(*journal_);
  }
  /// Until moments differ in the journal.
  static void let_the_clock_go_on() {
    const auto now = utc_text_now();
    EXPECT_TRUE(
        support::eventually(std::chrono::seconds(10), [&] { return utc_text_now() != now; }));
  }
  double told(const std::string& name) const { return metrics_.gauges().at(name); }
  bool clients_wait() const {
    return told("cutover_pause_started_timestamp_seconds") >
           told("cutover_pause_ended_timestamp_seconds");
  }

  const std::vector<Event> paused_ = {PauseBegan{}};
  const std::vector<Event> resumed_ = {PauseBegan{}, PauseEnded{std::chrono::microseconds(9)}};
  support::TemporaryDirectory directory_{"metrics"};
  Result<Journal> journal_ = Journal::open(directory_ / "state");
  ControllerMetrics metrics_;
};

TEST_F(PausesInTheJournal, EndWithTheRecoveryOfARunThatDidNotEndItsOwn) {
  run("one", "rehearse", resumed_, "done");
  EXPECT_FALSE(clients_wait());
  run("two", "cutover", paused_, "in_doubt");
  EXPECT_TRUE(clients_wait());
  run("three", "recover", {}, "in_doubt");
  EXPECT_TRUE(clients_wait()) << "it did not bring every bouncer to one side";
  run("four", "recover", {}, "done");
  EXPECT_FALSE(clients_wait());
  run("five", "cutover", resumed_, "done");
  EXPECT_FALSE(clients_wait());
}

TEST_F(PausesInTheJournal, AreNotEndedByThePauseOfAnEarlierAttempt) {
  run("one", "cutover", {PauseBegan{}, PauseEnded{std::chrono::microseconds(9)}, PauseBegan{}},
      "in_doubt");
  EXPECT_TRUE(clients_wait());
  ControllerMetrics later;  // a watch that is started after the recovery
  run("two", "recover", {}, "done");
  later.take(*journal_);
  const auto gauges = later.gauges();
  EXPECT_LE(gauges.at("cutover_pause_started_timestamp_seconds"),
            gauges.at("cutover_pause_ended_timestamp_seconds"));
}

TEST_F(PausesInTheJournal, ThatNeverEndedAreToldWhereNoneBeforeDidEither) {
  run("one", "cutover", paused_, "in_doubt");
  EXPECT_TRUE(clients_wait());
}

TEST(ControllerMetrics, SequencesSeenBeforeTheFenceSayNothingOfTheTimeAfterIt) {
  auto look = one_database();
  look.databases[0].fenced = false;
  ControllerMetrics metrics;
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_sequences_behind{database=\"app\"} 1"));
  look.databases[0].green.unanalyzed_tables.reset();  // no catalogue was read
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_sequences_behind{database=\"app\"} 1"));
  look.databases[0].fenced = true;
  metrics.take(look);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_sequences_behind{")));
  look.databases[0].green.unanalyzed_tables = 0;
  metrics.take(look);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_sequences_behind{database=\"app\"} 1"));
}

TEST(ControllerMetrics, ChecksOfTheLastRunStayWhereALaterCommandAskedNone) {
  const support::TemporaryDirectory directory("metrics");
  auto journal = Journal::open(directory / "state");
  ASSERT_TRUE(journal.has_value());
  ASSERT_TRUE(journal->begin_run("one", "cutover"));
  ASSERT_TRUE(journal->append("one", {{}, "check", "lag", "warn", "", {}}));
  ASSERT_TRUE(journal->append("one", {{}, "check", "slots", "pass", "", {}}));
  ASSERT_TRUE(journal->begin_run("two", "analyze"));
  ASSERT_TRUE(journal->append("two", {{}, "check", "other", "fail", "", {}}));
  ControllerMetrics metrics;
  metrics.take(*journal);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_check_status{check=\"lag\"} 3"));
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_check_status{check=\"slots\"} 0"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("check=\"other\"")));
}

TEST(ControllerMetrics, ATextfileIsReadableByEveryoneAndReplacedWhole) {
  const support::TemporaryDirectory directory("metrics");
  const std::string path = directory / "cutover.prom";
  ControllerMetrics metrics;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(metrics.write_textfile(path).has_value());
  struct stat facts = {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0644U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(StepGauges, AgentsAreToldOfStepsPauseAndOutcomeAndNothingElse) {
  StepGauges gauges;
  gauges.on(StepEnded{"pause", false, done(), std::chrono::microseconds(2'500)}, RunState{});
  gauges.on(RunEnded{RunOutcome::done}, RunState{});
  const auto told = gauges.gauges();
  EXPECT_THAT(told, Contains(Key("cutover_step_seconds{step=\"pause\"}")));
  EXPECT_THAT(told, Contains(Key("cutover_last_run_outcome{outcome=\"done\"}")));
  for (const auto& [name, value] : told) {
    EXPECT_FALSE(name.starts_with("cutover_phase")) << name;
    EXPECT_FALSE(name.starts_with("cutover_pause_")) << "the agent measures its own";
  }
}

}  // namespace
}  // namespace cutover
