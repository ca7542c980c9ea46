// Alerts seen silent, and then firing by real faults. Times and sizes of the rules are made small
// first, nothing else is changed; not so small that a load on a busy machine comes near them.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/integration/see/seen_fleet.h"
#include "tests/support/eventually.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

using std::chrono::seconds;

constexpr const char* kHundredMegabytesOfWal =
    "SELECT count(pg_logical_emit_message(false, 'load', repeat('x', 1000000))) "
    "FROM generate_series(1, 100)";

/// Minutes become seconds.
std::string hasty_rules() {
  auto rules = text_of_file(CUTOVER_SOURCE_DIR "/grafana/alerts.yml");
  rules = std::regex_replace(rules, std::regex(R"(for: \d+[ms])"), "for: 0s");
  for (const auto& [slow, fast] : {std::pair{"[1d]", "[60s]"},
                                   {"[12m]", "[9s]"},
                                   {"[10m]", "[8s]"},
                                   {"offset 10m", "offset 8s"},
                                   {"[5m]", "[4s]"},
                                   {"[3m]", "[4s]"},
                                   {"[2m]", "[3s]"},
                                   {"+ 100)", "+ 1000)"},  // what an apply worker catches up with
                                   {"> 10)", "> 1)"},
                                   {"> 120", "> 20"},
                                   {"10737418240", "67108864"}})
    rules = replaced(rules, slow, fast);
  return rules;
}

class Alerts : public testing::Test {
 protected:
  Alerts()
      : seen_(hasty_rules(),
              "[hooks]\nbefore_pause = [\"/bin/sh\", \"-c\", \"! [ -e " + flag_ + " ]\"]\n",
              "lease = \"5s\"\npause_budget = \"7s\"\n") {}
  ~Alerts() override { std::remove(flag_.c_str()); }

  /// Now, or since the test began.
  static std::string ever(const std::string& alert) {
    return "count_over_time(ALERTS{alertstate=\"firing\",alertname=\"" + alert + "\"}[1h])";
  }
  bool fires(const std::string& alert) const {
    return seen_.prometheus().has_data(ever(alert), seconds(60));
  }
  /// It has never fired so far.
  bool is_silent(const std::string& alert) const {
    return seen_.prometheus().query(ever(alert)).empty();
  }
  void expect_silent(const std::vector<std::string>& alerts) const {
    for (const auto& alert : alerts)
      EXPECT_TRUE(is_silent(alert)) << seen_.prometheus().query(ever(alert));
  }
  support::CutoverRig& rig() { return seen_.rig(); }
  support::SqlSession on_blue() { return support::SqlSession(rig().blue_conninfo()); }
  support::SqlSession on_green() { return support::SqlSession(rig().green_conninfo()); }

  std::string flag_ = testing::TempDir() + "cutover-hook-" + std::to_string(getpid());
  SeenFleet seen_;
};

TEST_F(Alerts, OfARunThatGoesWrongFire) {
  expect_silent({"CutoverPausedTooLong", "CutoverLeaseExpired", "CutoverAgentDown",
                 "CutoverAgentUnreachable", "CutoverRunAborted", "CutoverConfigDrift"});
  // Nobody but the lease ends this pause.
  seen_.fleet().cutover_that_kills("both@ended pause", {"--no-dry-run", "--yes"});
  EXPECT_TRUE(fires("CutoverPausedTooLong"));
  EXPECT_TRUE(fires("CutoverLeaseExpired"));
  expect_silent({"CutoverAgentDown", "CutoverAgentUnreachable"});
  rig().agent(1).kill9();
  EXPECT_TRUE(fires("CutoverAgentDown"));
  EXPECT_TRUE(fires("CutoverAgentUnreachable"));
  rig().agent(1).start();
  const auto recovered = rig().cutover({"recover", "--no-dry-run", "--yes"});
  ASSERT_EQ(recovered.exit_code, 0) << recovered.output << recovered.errors;

  expect_silent({"CutoverRunAborted"});
  std::ofstream(flag_) << "the hook refuses";
  const auto aborted = rig().cutover({"--no-dry-run", "--yes"});
  EXPECT_EQ(aborted.exit_code, 3) << aborted.output << aborted.errors;
  EXPECT_TRUE(fires("CutoverRunAborted"));

  expect_silent({"CutoverConfigDrift"});
  const auto ini = rig().pgbouncer(0).ini_path().string();
  const auto text = text_of_file(ini);
  std::ofstream(ini) << replaced(text, "port=" + std::to_string(rig().blue().port()), "port=1");
  EXPECT_TRUE(fires("CutoverConfigDrift"));
  std::ofstream(ini) << text;
  EXPECT_TRUE(seen_.fleet().everyone_writes());
}

TEST_F(Alerts, OfReplicationThatStopsFire) {
  expect_silent({"CutoverApplyErrors", "CutoverRetainedWal", "CutoverReplicationStalled",
                 "CutoverSlotInactive", "CutoverWatchBlind"});
  on_green().must("ALTER TABLE load.client RENAME TO away");
  EXPECT_TRUE(fires("CutoverApplyErrors"));
  expect_silent({"CutoverRetainedWal", "CutoverReplicationStalled"});
  on_blue().must(kHundredMegabytesOfWal);
  EXPECT_TRUE(fires("CutoverRetainedWal"));
  EXPECT_TRUE(fires("CutoverReplicationStalled"));
  on_green().must("ALTER TABLE load.away RENAME TO client");
  rig().green().stop();
  EXPECT_TRUE(fires("CutoverSlotInactive"));
  rig().green().start();
  expect_silent({"CutoverWatchBlind"});
  seen_.blind_the_watch();
  EXPECT_TRUE(fires("CutoverWatchBlind"));
  seen_.give_the_watch_its_sight_back();
  EXPECT_TRUE(
      seen_.prometheus().has_data("time() - cutover_looked_timestamp_seconds < 5", seconds(60)));
}

TEST_F(Alerts, OfAGreenThatIsNotReadyAndABlueThatIsWrittenFire) {
  // One that nobody uses: the load would bring its own forward again.
  on_blue().must("CREATE SEQUENCE public.idle; SELECT setval('public.idle', 100)");
  on_green().must("CREATE SEQUENCE public.idle");
  const auto finished = rig().cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  ASSERT_TRUE(seen_.prometheus().has_data("cutover_way_back_open == 1", seconds(60)));
  ASSERT_TRUE(seen_.prometheus().has_data("cutover_sequences_behind == 0", seconds(60)));
  expect_silent({"CutoverStatisticsMissing", "CutoverSequencesBehind", "CutoverBlueStillWritten",
                 "CutoverWayBackBroken"});
  on_green().must("CREATE TABLE public.lonely AS SELECT 1 AS a");
  on_green().must("SELECT setval('public.idle', 1)");
  EXPECT_TRUE(fires("CutoverStatisticsMissing"));
  EXPECT_TRUE(fires("CutoverSequencesBehind"));

  expect_silent({"CutoverBlueStillWritten", "CutoverWayBackBroken"});
  auto blue = on_blue();
  blue.must("SET default_transaction_read_only = off");
  blue.must("SET session_replication_role = replica");
  blue.must("CREATE TABLE public.past_the_fence (a integer)");
  EXPECT_TRUE(support::eventually(seconds(120), [&] {
    blue.must("INSERT INTO public.past_the_fence SELECT generate_series(1, 20000)");
    return !is_silent("CutoverBlueStillWritten");
  }));

  expect_silent({"CutoverWayBackBroken"});
  rig().blue().stop();
  EXPECT_TRUE(fires("CutoverWayBackBroken"));
}

}  // namespace
}  // namespace cutover::tests
