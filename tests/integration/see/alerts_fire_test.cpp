// Alerts seen firing by real faults. Times and sizes of the rules are made small first, nothing
// else is changed. Not here: CutoverWatchBlind (a watch that hangs is not scraped either).
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/integration/see/seen_fleet.h"
#include "tests/support/eventually.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

using std::chrono::seconds;

/// Minutes become seconds.
std::string hasty_rules() {
  auto rules = text_of_file(CUTOVER_SOURCE_DIR "/grafana/alerts.yml");
  rules = std::regex_replace(rules, std::regex(R"(for: \d+m)"), "for: 0s");
  for (const auto& [slow, fast] : {std::pair{"[1d]", "[60s]"},
                                   {"[12m]", "[9s]"},
                                   {"[10m]", "[8s]"},
                                   {"[5m]", "[4s]"},
                                   {"[3m]", "[4s]"},
                                   {"[2m]", "[3s]"},
                                   {"> 10)", "> 1)"},
                                   {"16777216", "1000"},
                                   {"10737418240", "1000"}})
    rules = replaced(rules, slow, fast);
  return rules;
}

class Alerts : public testing::Test {
 protected:
  Alerts()
      : seen_(hasty_rules(),
              "[hooks]\nbefore_pause = [\"/bin/sh\", \"-c\", \"! [ -e " + flag_ + " ]\"]\n") {}
  ~Alerts() override { std::remove(flag_.c_str()); }

  bool fires(const std::string& alert) const {
    const auto query = "ALERTS{alertstate=\"firing\",alertname=\"" + alert + "\"}";
    return seen_.prometheus().has_data(query, seconds(40));
  }
  support::CutoverRig& rig() { return seen_.rig(); }
  support::SqlSession on_blue() { return support::SqlSession(rig().blue_conninfo()); }
  support::SqlSession on_green() { return support::SqlSession(rig().green_conninfo()); }

  std::string flag_ = testing::TempDir() + "cutover-hook-" + std::to_string(getpid());
  SeenFleet seen_;
};

TEST_F(Alerts, OfARunThatGoesWrongFire) {
  seen_.fleet().cutover_that_kills("both@ended pause", {"--no-dry-run", "--yes"});
  EXPECT_TRUE(fires("CutoverLeaseExpired"));
  rig().agent(1).kill9();
  EXPECT_TRUE(fires("CutoverAgentDown"));
  EXPECT_TRUE(fires("CutoverAgentUnreachable"));
  rig().agent(1).start();
  const auto recovered = rig().cutover({"recover", "--no-dry-run", "--yes"});
  ASSERT_EQ(recovered.exit_code, 0) << recovered.output << recovered.errors;

  std::ofstream(flag_) << "the hook refuses";
  const auto aborted = rig().cutover({"--no-dry-run", "--yes"});
  EXPECT_EQ(aborted.exit_code, 3) << aborted.output << aborted.errors;
  EXPECT_TRUE(fires("CutoverRunAborted"));

  const auto ini = rig().pgbouncer(0).ini_path().string();
  const auto text = text_of_file(ini);
  std::ofstream(ini) << replaced(text, "port=" + std::to_string(rig().blue().port()), "port=1");
  EXPECT_TRUE(fires("CutoverConfigDrift"));
  std::ofstream(ini) << text;
  EXPECT_TRUE(seen_.fleet().everyone_writes());
}

TEST_F(Alerts, OfReplicationThatStopsFire) {
  on_green().must("ALTER TABLE load.client RENAME TO away");
  EXPECT_TRUE(fires("CutoverApplyErrors"));
  EXPECT_TRUE(fires("CutoverRetainedWal"));
  EXPECT_TRUE(fires("CutoverReplicationStalled"));
  on_green().must("ALTER TABLE load.away RENAME TO client");
  rig().green().stop();
  EXPECT_TRUE(fires("CutoverSlotInactive"));
}

TEST_F(Alerts, OfAGreenThatIsNotReadyAndABlueThatIsWrittenFire) {
  const auto finished = rig().cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  on_green().must("CREATE TABLE public.lonely AS SELECT 1 AS a");
  on_green().must("SELECT setval('load.write_1_id_seq', 1)");
  EXPECT_TRUE(fires("CutoverStatisticsMissing"));
  EXPECT_TRUE(fires("CutoverSequencesBehind"));

  auto blue = on_blue();
  blue.must("SET default_transaction_read_only = off");
  blue.must("SET session_replication_role = replica");
  blue.must("CREATE TABLE public.past_the_fence (a integer)");
  const auto alert = "ALERTS{alertstate=\"firing\",alertname=\"CutoverBlueStillWritten\"}";
  EXPECT_TRUE(support::eventually(seconds(60), [&] {
    blue.must("INSERT INTO public.past_the_fence VALUES (1)");
    return !seen_.prometheus().query(alert).empty();
  }));
}

}  // namespace
}  // namespace cutover::tests
