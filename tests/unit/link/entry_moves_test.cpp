// Which entries move: the configuration laid over what the agent found.
#include "controller/link/entry_moves.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

struct EntryMoves : testing::Test {
  Config config;
  BouncerConfig bouncer;
  proto::Inspection inspection;

  EntryMoves() {
    DatabaseConfig database;
    database.name = "medplum";
    database.blue = "host=blue dbname=medplum user=admin";
    database.green = "host=green port=6000 dbname=medplum user=admin";
    database.routes = {{{"blue", "5432"}, {"green", "6000"}}};
    config.databases = {database};
    bouncer.name = "bouncer-1";
    add_process("main");
  }

  void add_process(const std::string& name) { inspection.add_processes()->set_pgbouncer(name); }
  void add_entry(const std::string& name, const std::string& host, const std::string& port,
                 const std::string& dbname, int process = 0) {
    auto* entry = inspection.mutable_processes(process)->add_ini_entries();
    entry->set_entry(name);
    entry->set_host(host);
    entry->set_port(port);
    entry->set_dbname(dbname);
    entry->set_file("/etc/pgbouncer/pgbouncer.ini");
    entry->set_line(7);
  }
  Result<EntryPlan> plan(Direction direction = Direction::forward) const {
    return entry_moves(config, bouncer, inspection, direction);
  }
  /// "entry from:port>to:port", or the error.
  std::vector<std::string> moves(Direction direction = Direction::forward) const {
    const auto planned = plan(direction);
    if (!planned) return {planned.error().what};
    std::vector<std::string> texts;
    for (const auto& move : planned->moves)
      texts.push_back(move.entry() + " " + move.from_host() + ":" + move.from_port() + ">" +
                      move.to_host() + ":" + move.to_port());
    return texts;
  }
  std::vector<std::string> unclaimed() const {
    std::vector<std::string> names;
    const auto planned = plan();
    if (!planned) return {planned.error().what};
    for (const auto& entry : planned->unclaimed) names.push_back(entry.entry);
    return names;
  }
};

using Texts = std::vector<std::string>;

TEST_F(EntryMoves, EveryEntryThatHoldsABlueRouteMovesByDefault) {
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("alias", "BLUE", "", "medplum");
  add_entry("elsewhere", "other", "5432", "medplum");
  EXPECT_EQ(moves(), (Texts{"alias BLUE:>green:6000", "medplum blue:5432>green:6000"}));
  EXPECT_EQ(unclaimed(), Texts{});
}

TEST_F(EntryMoves, AnEntryWithoutPortStaysOneWhereGreenHasTheDefaultPort) {
  config.databases[0].routes = {{{"blue", "5432"}, {"green", "5432"}}};
  add_entry("a", "blue", "", "medplum");
  add_entry("b", "blue", "5432", "medplum");
  EXPECT_EQ(moves(), (Texts{"a blue:>green:", "b blue:5432>green:5432"}));
}

TEST_F(EntryMoves, AnotherDatabaseOfTheSameServerOnlyWarns) {
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("reports", "blue", "5432", "reports");
  const auto planned = plan().value();
  ASSERT_EQ(planned.moves.size(), 1u);
  ASSERT_EQ(planned.same_server.size(), 1u);
  EXPECT_EQ(planned.same_server[0].entry, "reports");
  EXPECT_EQ(planned.same_server[0].holds, "blue:5432/reports");
  EXPECT_TRUE(planned.unclaimed.empty());
}

TEST_F(EntryMoves, AHolderOfABlueRouteThatIsNotNamedIsUnclaimed) {
  bouncer.entries = {{"medplum", "medplum"}};
  bouncer.ignore_entries = {"stays"};
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("forgotten", "blue", "", "medplum");
  add_entry("stays", "blue", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"medplum blue:5432>green:6000"});
  EXPECT_EQ(unclaimed(), Texts{"forgotten"});
  EXPECT_EQ(plan()->unclaimed[0].place, "/etc/pgbouncer/pgbouncer.ini:7");
}

TEST_F(EntryMoves, AnIgnoredEntryDoesNotMoveByDefault) {
  bouncer.ignore_entries = {"stays"};
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("stays", "blue", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"medplum blue:5432>green:6000"});
}

struct EntriesSeen : EntryMoves {
  EntriesSeen() {
    config.bouncers = {bouncer};
    process = state.add_processes();
  }
  void see(const std::string& name, const std::string& host, const std::string& port,
           const std::string& dbname) {
    auto* entry = process->add_entries();
    entry->set_entry(name);
    entry->set_host(host);
    entry->set_port(port);
    entry->set_dbname(dbname);
  }
  std::vector<std::string> kept() {
    keep_moving_entries(config, "bouncer-1", state);
    std::vector<std::string> names;
    for (const auto& entry : process->entries()) names.push_back(entry.entry());
    return names;
  }

  proto::AgentState state;
  proto::ProcessState* process = nullptr;
};

TEST_F(EntriesSeen, WithoutMovesThoseCountThatStandAtEitherEnd) {
  see("medplum", "green", "6000", "medplum");
  see("alias", "BLUE", "", "medplum");
  see("elsewhere", "other", "5432", "medplum");
  see("reports", "blue", "5432", "reports");
  see("*", "blue", "5432", "*");
  EXPECT_EQ(kept(), (Texts{"medplum", "alias"}));
}

TEST_F(EntriesSeen, AnEntryThatStaysOnBlueDoesNotCount) {
  config.bouncers[0].ignore_entries = {"stays"};
  see("medplum", "green", "6000", "medplum");
  see("stays", "blue", "5432", "medplum");
  EXPECT_EQ(kept(), Texts{"medplum"});
}

TEST_F(EntriesSeen, NamedEntriesCountWhereverTheyStand) {
  config.bouncers[0].entries = {{"medplum", "medplum"}};
  see("medplum", "elsewhere", "5432", "medplum");
  see("forgotten", "blue", "5432", "medplum");
  EXPECT_EQ(kept(), Texts{"medplum"});
}

TEST_F(EntryMoves, TheFallbackIsUnclaimedUntilItIsNamedOrIgnored) {
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("*", "blue", "5432", "*");
  EXPECT_EQ(unclaimed(), Texts{"*"});
  bouncer.ignore_entries = {"*"};
  EXPECT_EQ(unclaimed(), Texts{});
  bouncer.ignore_entries = {};
  bouncer.entries = {{"*", "medplum"}, {"medplum", "medplum"}};
  EXPECT_EQ(moves(), (Texts{"* blue:5432>green:6000", "medplum blue:5432>green:6000"}));
}

TEST_F(EntryMoves, AFallbackWithADbnameIsAnEntryLikeOthers) {
  add_entry("*", "blue", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"* blue:5432>green:6000"});
}

TEST_F(EntryMoves, EachRouteMovesToItsOwnEnd) {
  config.databases[0].routes.push_back({{"blue-reader", ""}, {"green-reader", ""}});
  add_entry("medplum", "blue", "5432", "medplum");
  add_entry("readers", "blue-reader", "", "medplum");
  EXPECT_EQ(moves(), (Texts{"medplum blue:5432>green:6000", "readers blue-reader:>green-reader:"}));
}

TEST_F(EntryMoves, BackExchangesTheColours) {
  add_entry("medplum", "green", "6000", "medplum");
  EXPECT_EQ(moves(Direction::back), Texts{"medplum green:6000>blue:5432"});
  EXPECT_EQ(moves(Direction::forward), Texts{"bouncer-1: no entry holds a route that moves"});
}

TEST_F(EntryMoves, TheDbnameIsThatOfTheSideMovedFrom) {
  config.databases[0].green = "host=green dbname=medplum_new";
  add_entry("medplum", "green", "6000", "medplum_new");
  EXPECT_EQ(moves(Direction::back), Texts{"medplum green:6000>blue:5432"});
}

TEST_F(EntryMoves, ProcessesOfOneHostMoveTogether) {
  add_process("second");
  add_entry("medplum", "blue", "5432", "medplum", 0);
  add_entry("medplum", "blue", "", "medplum", 1);
  add_entry("only_here", "blue", "5432", "medplum", 1);
  EXPECT_EQ(moves(), (Texts{"medplum blue:5432>green:6000", "only_here blue:5432>green:6000"}));
}

TEST_F(EntryMoves, OneEntryThatWouldMoveInTwoWaysIsAnError) {
  config.databases[0].routes.push_back({{"blue-reader", ""}, {"green-reader", ""}});
  add_process("second");
  add_entry("medplum", "blue", "5432", "medplum", 0);
  add_entry("medplum", "blue-reader", "5432", "medplum", 1);
  EXPECT_EQ(moves(),
            Texts{"bouncer-1: entry medplum holds blue:5432 in one process and blue-reader:5432 in "
                  "second"});
}

TEST_F(EntryMoves, ANamedEntryThatHoldsAnotherRouteIsAnError) {
  bouncer.entries = {{"medplum", "medplum"}};
  add_entry("medplum", "other", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"bouncer-1: entry medplum of main (/etc/pgbouncer/pgbouncer.ini:7) "
                           "holds other:5432/medplum, which is no route of database medplum to "
                           "move from"});
}

TEST_F(EntryMoves, ANamedEntryOfAnotherDbnameIsAnError) {
  bouncer.entries = {{"reports", "medplum"}};
  add_entry("reports", "blue", "5432", "reports");
  EXPECT_FALSE(plan());
}

TEST_F(EntryMoves, ANamedEntryThatIsMissingIsAnError) {
  bouncer.entries = {{"medplum", "medplum"}, {"gone", "medplum"}};
  add_entry("medplum", "blue", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"bouncer-1: entry gone is in no PgBouncer of this host"});
}

TEST_F(EntryMoves, AProcessThatCouldNotBeInspectedIsAnError) {
  add_entry("medplum", "blue", "5432", "medplum");
  add_process("second");
  inspection.mutable_processes(1)->set_error("console does not answer");
  EXPECT_EQ(moves(), Texts{"bouncer-1: second could not be inspected: console does not answer"});
}

TEST_F(EntryMoves, NothingToMoveIsAnError) {
  add_entry("medplum", "other", "5432", "medplum");
  EXPECT_EQ(moves(), Texts{"bouncer-1: no entry holds a route that moves"});
}

}  // namespace
}  // namespace cutover
