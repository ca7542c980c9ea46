// The fleet of the tests is a true one: it replicates, serves through every PgBouncer, and its
// configuration describes it.
#include "tests/support/rig/cutover_rig.h"

#include <gtest/gtest.h>

#include "tests/support/eventually.h"
#include "tests/support/load/floor.h"
#include "tests/support/rig/by_hand.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

HandMadeReplication by_hand(const CutoverRig& rig) {
  return {rig.blue_conninfo(), rig.green_conninfo(), "cutover"};
}

TEST(CutoverRig, EveryWriteOnThirteenArrivesOnSeventeen) {
  CutoverRig rig({.agents = Agents::absent});
  rig.replicate_by_hand();
  LoadDriver load = rig.start_load({.clients = 8});
  ASSERT_TRUE(load.everyone_wrote(50, 30s));
  load.stop();
  ASSERT_TRUE(green_caught_up(by_hand(rig), 30s));
  const LoadVerdict verdict = rig.stop_and_verify(load);
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict) << rig.logs();
  EXPECT_GT(verdict.served_by_port(rig.blue().port()), 0U);
}

TEST(CutoverRig, AWriteThatGreenNeverGotIsLostAndLeftBehind) {
  CutoverRig rig({.agents = Agents::absent});
  rig.replicate_by_hand();
  LoadDriver load = rig.start_load({.clients = 2});
  ASSERT_TRUE(load.everyone_wrote(20, 30s));
  ASSERT_TRUE(green_caught_up(by_hand(rig), 30s));
  rig.green().sql("ALTER SUBSCRIPTION cutover DISABLE", "app");
  ASSERT_TRUE(load.everyone_wrote(50, 30s));
  const LoadVerdict verdict = rig.stop_and_verify(load);
  EXPECT_GT(verdict.lost, 0U);
  EXPECT_GE(verdict.left_behind, 20U) << to_text(verdict);
}

TEST(CutoverRig, SeveralProcessesOfAHostServeAndPauseTogether) {
  CutoverRig rig({.pgbouncers_per_host = 2, .agents = Agents::absent});
  EXPECT_EQ(rig.client_conninfos().size(), 4U);
  LoadDriver load = rig.start_load();
  const Floor floor = measure_floor(load, rig.console_conninfos(), 3);
  load.stop();
  EXPECT_EQ(load.progress().failed, 0U);
  EXPECT_GT(floor.held_ms, 0);
}

TEST(CutoverRig, ScramServersReplicate) {
  CutoverRig rig({.hosts = 1,
                  .databases = {"app", "two"},
                  .agents = Agents::absent,
                  .durability = Durability::fast,
                  .authentication = Authentication::scram});
  rig.replicate_by_hand();
  run_sql(rig.client_conninfos().at(0), "INSERT INTO load.client (client) VALUES (77)");
  EXPECT_TRUE(eventually(20s, [&] {
    return run_sql(rig.green_conninfo(), "SELECT client FROM load.client").value() == "77";
  }));
}

TEST(CutoverRig, ItsConfigurationNamesServersBouncersAndLimits) {
  CutoverRig rig({.blue_major = 15,
                  .green_major = 15,
                  .subscriptions = 2,
                  .agents = Agents::absent,
                  .durability = Durability::fast,
                  .limits = "lease = \"4s\"\n"});
  const std::string text = read_file(rig.config_path());
  const std::string blue = "blue = \"host=127.0.0.1 port=" + std::to_string(rig.blue().port());
  for (const std::string& line :
       {blue, std::string("slot = [\"cutover_1\", \"cutover_2\"]"), std::string("[[bouncer]]"),
        std::string("name = \"bouncer-2\""), std::string("[limits]\nlease = \"4s\"")})
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
}

}  // namespace
}  // namespace cutover::support
