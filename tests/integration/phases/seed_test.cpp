// seed and subscribe from it: a real clone of blue, positions that do not fit, what comes along.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "controller/verify/verify.h"
#include "tests/integration/phases/clone.h"
#include "tests/integration/phases/phase_pair.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

/// Blue prepared, then green made a clone of it, with rows written before, between and after.
class ClonedPair {
 public:
  enum class By { backup, snapshot, promotion };
  explicit ClonedPair(By way = By::backup, const std::function<void(ServerPair&)>& last_before = {})
      : pair(options()) {
    pair.client().must("INSERT INTO item (note) VALUES ('before prepare')");
    must_be_empty(run_phase_on(pair, prepare_phase()));
    pair.client().must("INSERT INTO item (note) VALUES ('before the clone')");
    if (last_before) last_before(pair);
    if (way == By::backup) tests::clone_into(pair.green, pair.blue);
    if (way == By::snapshot) tests::snapshot_into(pair.green, pair.blue);
    if (way == By::promotion) tests::promote_into(pair.green, pair.blue);
    pair.client().must("INSERT INTO item (note) VALUES ('after the clone')");
  }
  static void must_be_empty(const std::string& failure) {
    if (!failure.empty()) throw std::runtime_error(failure);
  }
  PhaseOptions with_lsn(const std::string& lsn) const {
    auto options = quick_options();
    options.wishes.seed.lsn = lsn;
    return options;
  }
  ServerPair pair;

 private:
  static PairOptions options() {
    PairOptions options;
    options.ddl = "CREATE TABLE keyless (a int)";
    return options;
  }
};

TEST(Seed, ACloneFollowsFromWhereItWasMade) {
  ClonedPair cloned;
  auto& pair = cloned.pair;
  ASSERT_EQ(run_phase_on(pair, seed_phase()), "");
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM pg_publication"), "0");
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM pg_event_trigger"), "0");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  pair.client().must("INSERT INTO item (note) VALUES ('while it follows')");
  EXPECT_TRUE(same_rows(pair, "item"));
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM item"), "4");
}

TEST(Seed, ItsPositionSurvivesARestartAndTheSecondRunSaysItHolds) {
  ClonedPair cloned;
  auto& pair = cloned.pair;
  ASSERT_EQ(run_phase_on(pair, seed_phase()), "");
  pair.green.restart();
  EXPECT_EQ(run_phase_on(pair, seed_phase()), "");
  EXPECT_EQ(steps_taken(pair, seed_phase(), quick_options()), std::vector<std::string>{});
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_EQ(steps_taken(pair, subscribe_phase(), quick_options()), std::vector<std::string>{});
}

TEST(Seed, AfterARestartThePositionComesFromTheLogOfTheFirstStart) {
  ClonedPair cloned(ClonedPair::By::snapshot);
  auto& pair = cloned.pair;
  const auto replayed = pair.green.sql("SELECT pg_last_wal_replay_lsn()").value();
  pair.green.restart();
  const auto lost = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_TRUE(lost.is_refused());
  EXPECT_NE(lost.hint.find("--log"), std::string::npos) << told(lost);
  auto options = quick_options();
  options.wishes.seed.log = pair.green.log_file();
  const auto found = check_outcome(pair, seed_phase(), "position", options);
  EXPECT_TRUE(found.is_done()) << told(found);
  EXPECT_EQ(found.detail.rfind(replayed + ",", 0), 0u) << found.detail << " is not " << replayed;
  ASSERT_EQ(run_phase_on(pair, seed_phase(), options), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_TRUE(same_rows(pair, "item"));
}

/// What green writes itself comes after its own end of blue's WAL.
void write_and_crash(ServerPair& pair) {
  pair.green.sql("CREATE TABLE own AS SELECT generate_series(1, 1000) AS a", "app0");
  pair.green.kill9();
  pair.green.start();
}

TEST(Seed, APromotedCloneThatCrashedStillSaysWhereItLeftBlueToWhoMayRead) {
  ClonedPair cloned(ClonedPair::By::promotion);
  auto& pair = cloned.pair;
  const auto promoted = pair.green.sql("SELECT pg_last_wal_replay_lsn()").value();
  write_and_crash(pair);
  ASSERT_NE(pair.green.sql("SELECT pg_last_wal_replay_lsn()").value(), promoted);
  const auto found = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_EQ(found.detail, promoted + ", end of timeline 1") << told(found);
  pair.green.sql("CREATE ROLE plain LOGIN IN ROLE pg_read_all_data");
  const auto own = std::exchange(pair.databases[0].green, pair.green.conninfo("app0", "plain"));
  const auto untold = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_TRUE(untold.is_refused()) << told(untold);
  EXPECT_NE(untold.detail.find("on timeline 2, blue's on 1"), std::string::npos) << told(untold);
  EXPECT_NE(untold.hint.find("--log"), std::string::npos) << told(untold);
  pair.databases[0].green = own;
  ASSERT_EQ(run_phase_on(pair, seed_phase()), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_TRUE(same_rows(pair, "item"));
}

/// On blue's own timeline a crash of the whole server leaves no trace, so that it is said.
TEST(Seed, ASnapshotWhoseServerLostAProcessSinceItsStartIsNotTrusted) {
  ClonedPair cloned(ClonedPair::By::snapshot);
  auto& pair = cloned.pair;
  const auto sure = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_TRUE(sure.is_done()) << told(sure);
  EXPECT_NE(sure.detail.find("wrong if green crashed"), std::string::npos) << told(sure);
  const auto has = [&](const std::string& condition) {
    support::SqlSession session(pair.green.conninfo("app0"));
    return session.run("SELECT " + condition).value() == "t";
  };
  const auto becomes = [&](const std::string& condition) {
    return support::eventually(
        std::chrono::seconds(60), [&] { return has(condition); }, std::chrono::milliseconds(100));
  };
  ASSERT_TRUE(becomes("now() > pg_postmaster_start_time() + interval '6 s'"));
  const support::SqlSession lost(pair.green.conninfo("app0"));
  ::kill(lost.backend_pid(), SIGKILL);
  ASSERT_TRUE(
      becomes("EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'checkpointer' AND "
              "backend_start > pg_postmaster_start_time() + interval '5 s')"));
  const auto found = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_TRUE(found.is_refused()) << told(found);
  EXPECT_NE(found.detail.find("crashed since it was started"), std::string::npos) << told(found);
}

TEST(Seed, AnAuroraCloneSaysItByItsFunction) {
  ClonedPair cloned;
  auto& pair = cloned.pair;
  const auto lsn = pair.blue.sql("SELECT pg_current_wal_lsn()").value();
  pair.green.sql(
      "SET allow_system_table_mods = on; CREATE FUNCTION "
      "pg_catalog.aurora_volume_logical_start_lsn() RETURNS pg_lsn LANGUAGE sql AS 'SELECT ''" +
          lsn + "''::pg_lsn'",
      "app0");
  const auto found = check_outcome(pair, seed_phase(), "position", quick_options());
  EXPECT_EQ(found.detail, lsn + ", aurora_volume_logical_start_lsn()") << told(found);
}

TEST(Seed, APositionBeforeTheSlotOrAfterBluesEndIsRefused) {
  ClonedPair cloned;
  const auto early = check_outcome(cloned.pair, seed_phase(), "position", cloned.with_lsn("0/1"));
  EXPECT_NE(early.detail.find("begins at"), std::string::npos) << told(early);
  const auto late = check_outcome(cloned.pair, seed_phase(), "position", cloned.with_lsn("FFFF/0"));
  EXPECT_NE(late.detail.find("is after its end"), std::string::npos) << told(late);
  const auto wrong = check_outcome(cloned.pair, seed_phase(), "position", cloned.with_lsn("x"));
  EXPECT_TRUE(wrong.is_refused());
}

/// Every database may call its subscription by the same name.
TEST(Seed, ASubscriptionOfAnotherDatabaseDoesNotStandForOurs) {
  PairOptions options;
  options.databases = 2;
  ServerPair pair(options);
  pair.prepare();
  const auto& names = pair.databases[0].subscriptions[0];
  pair.on_green("app1").must("CREATE SUBSCRIPTION " + names.subscription +
                             " CONNECTION 'dbname=app1' PUBLICATION other WITH (connect = false)");
  auto early = quick_options();
  early.wishes.seed.lsn = "0/1";
  const auto outcome = check_outcome(pair, seed_phase(), "position", early);
  EXPECT_TRUE(outcome.is_refused()) << told(outcome);
}

TEST(Seed, GreenThatIsBlueItselfIsRefused) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  pair.databases[0].green = pair.databases[0].blue;
  for (const auto& phase : {seed_phase(), subscribe_phase(), copy_phase(), finish_phase()})
    EXPECT_TRUE(check_outcome(pair, phase, "two_servers", quick_options()).is_refused());
}

TEST(Seed, BeforePrepareItSaysSo) {
  ServerPair pair;
  EXPECT_EQ(check_outcome(pair, seed_phase(), "prepared", quick_options()).hint,
            "run `cutover prepare`");
  EXPECT_EQ(check_outcome(pair, copy_phase(), "prepared", quick_options()).hint,
            "run `cutover prepare`");
}

TEST(Seed, AGreenOfAnotherMajorNeedsItsPositionByHand) {
  PairOptions options;
  options.green_major = 17;
  ServerPair pair(options);
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  const auto outcome = check_outcome(pair, seed_phase(), "clone", quick_options());
  EXPECT_NE(outcome.detail.find("after its upgrade"), std::string::npos) << told(outcome);
}

/// Rows that `verify` finds to differ once green follows from `lsn`, empty: from where it was
/// cloned.
class SeededAt : public testing::Test {
 protected:
  SeededAt() {
    cloned_.emplace(ClonedPair::By::backup, [this](ServerPair& pair) {
      early_ = end_of_blue(pair);
      pair.on_blue().must("INSERT INTO keyless VALUES (1)");
    });
    late_ = end_of_blue(cloned_->pair);
    cloned_->pair.on_blue().must("INSERT INTO keyless VALUES (2)");
  }

  static std::string end_of_blue(ServerPair& pair) {
    return pair.blue_value("SELECT pg_current_wal_insert_lsn()");
  }

  std::string differences_from(const std::string& lsn) {
    auto& pair = cloned_->pair;
    ClonedPair::must_be_empty(run_phase_on(pair, seed_phase(), cloned_->with_lsn(lsn)));
    ClonedPair::must_be_empty(run_phase_on(pair, subscribe_phase()));
    const auto report = pair.run(verify_here(pair.databases[0], options()));
    if (report.error) return report.error->what;
    std::string found;
    for (const auto& table : report.tables)
      for (const auto& one : table.shown)
        found += table.table.label + " " + name_of(one.kind) + "; ";
    return found;
  }

  static Task<VerifyReport> verify_here(DatabaseConfig database, VerifyOptions options) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto report = co_await verify_database(executor, std::move(database), std::move(options));
    co_return report;
  }

  VerifyOptions options() {
    VerifyOptions options;
    options.state_dir = directory_.path() / "state";
    options.settle.between_trials = std::chrono::milliseconds(20);
    return options;
  }

  support::TemporaryDirectory directory_;
  std::optional<ClonedPair> cloned_;
  std::string early_;
  std::string late_;
};

TEST_F(SeededAt, WhereItWasClonedVerifyFindsNoDifference) {
  EXPECT_EQ(differences_from(""), "");
}

TEST_F(SeededAt, OneTransactionTooEarlyVerifyFindsTheRowThatCameTwice) {
  EXPECT_EQ(differences_from(early_), "public.keyless changed; ");
}

TEST_F(SeededAt, OneTransactionTooLateVerifyFindsTheRowThatIsMissing) {
  EXPECT_EQ(differences_from(late_), "public.item missing; ");
}

TEST(SubscribeFromSeed, ASubscriptionEnabledBeforeItsOriginWasAdvancedIsNotTrusted) {
  ClonedPair cloned;
  auto& pair = cloned.pair;
  ASSERT_EQ(run_phase_on(pair, seed_phase()), "");
  const auto& names = pair.databases[0].subscriptions[0];
  pair.on_green().must("CREATE SUBSCRIPTION " + names.subscription + " CONNECTION '" +
                       pair.databases[0].replicate_from + "' PUBLICATION " + names.publication +
                       " WITH (create_slot = false, copy_data = false, slot_name = " + names.slot +
                       ")");
  const auto failure = run_phase_on(pair, subscribe_phase());
  EXPECT_NE(failure.find("enabled before its origin was advanced"), std::string::npos) << failure;
}

TEST(SubscribeFromSeed, ExtensionsBehindTheServersAreUpdated) {
  PairOptions options;
  options.blue_major = 13;
  options.green_major = 17;
  ServerPair pair(options);
  pair.on_blue().must("CREATE EXTENSION pg_trgm");
  EXPECT_TRUE(check_outcome(pair, subscribe_phase(), "extensions", quick_options()).is_refused());
  pair.on_green().must("CREATE EXTENSION pg_trgm VERSION '1.5'");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_EQ(pair.green_value("SELECT extversion FROM pg_extension WHERE extname = 'pg_trgm'"),
            "1.6");
}

}  // namespace
}  // namespace cutover
