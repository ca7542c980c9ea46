// Which rows belong to the moved entries, and where they lead.
#include "agent/moved_entries.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

ConsoleRow database(const char* name, const char* host = "blue", const char* port = "5432") {
  return {{"name", name}, {"host", host}, {"port", port}};
}

const std::vector<ConsoleRow> databases = {database("pgbouncer", "", "6432"), database("app"),
                                           database("reports")};
const Moves only_app = {{"app", {"blue", ""}, {"green", ""}}};

TEST(MovedEntries, AreEverythingOnlyWhenNothingElseIsServed) {
  EXPECT_FALSE(MovedEntries(only_app, databases).are_everything());
  Moves both = only_app;
  both.push_back({"reports", {"blue", ""}, {"green", ""}});
  EXPECT_TRUE(MovedEntries(both, databases).are_everything());
}

TEST(MovedEntries, TheFallbackTakesInEveryName) {
  const MovedEntries entries({{"*", {"blue", ""}, {"green", ""}}}, databases);
  EXPECT_TRUE(entries.are_everything());
  EXPECT_EQ(entries.rows().size(), 2U);
}

TEST(MovedEntries, TheFallbackLeavesARowOfAnotherServerAlone) {
  std::vector<ConsoleRow> rows = databases;
  rows.push_back(database("analytics", "far"));
  rows.push_back(database("moved", "green"));
  const MovedEntries entries({{"*", {"blue", ""}, {"green", ""}}}, rows);
  EXPECT_FALSE(entries.are_everything());
  EXPECT_EQ(entries.rows().size(), 3U);
  EXPECT_FALSE(entries.contains("analytics"));
  EXPECT_TRUE(entries.contains("asked_for_since"));
}

TEST(MovedEntries, TheConsoleItselfNeverMoves) {
  EXPECT_FALSE(MovedEntries({}, databases).contains("pgbouncer"));
  EXPECT_TRUE(MovedEntries({}, databases).contains("app"));
}

TEST(PoolCounts, EveryServerColumnCountsAlsoOneOfAnotherVersion) {
  const std::vector<ConsoleRow> pools = {
      {{"database", "app"}, {"sv_active", "1"}, {"sv_new_in_2_0", "2"}, {"cl_waiting", "4"}},
      {{"database", "app"}, {"sv_login", "1"}, {"maxwait", "9"}},
      {{"database", "reports"}, {"sv_active", "50"}, {"cl_waiting", "50"}}};
  const PoolCounts counts = count_pools(pools, MovedEntries(only_app, databases));
  EXPECT_EQ(counts, (PoolCounts{4, 1, 4, 0, 0}));
}

TEST(PoolCounts, APoolIsUnservedUntilALoginSucceedsAndStuckWithoutOne) {
  const std::vector<ConsoleRow> pools = {
      {{"database", "app"}, {"cl_waiting", "1"}, {"sv_login", "1"}},
      {{"database", "app"}, {"cl_waiting", "1"}, {"sv_login", "0"}},
      {{"database", "app"}, {"cl_waiting", "1"}, {"sv_active", "1"}},
      {{"database", "app"}, {"cl_waiting", "0"}}};
  const PoolCounts counts = count_pools(pools, MovedEntries(only_app, databases));
  EXPECT_EQ(counts, (PoolCounts{2, 1, 3, 2, 1}));
}

TEST(DatabaseRoute, AnEmptyPortIsTheDefault) {
  EXPECT_TRUE(database_has_route(database("app"), {"blue", ""}));
  EXPECT_FALSE(database_has_route(database("app"), {"blue", "5433"}));
  EXPECT_FALSE(database_has_route(database("app"), {"Blue", ""}));
}

TEST(DatabaseRoute, AMissingHostIsTheUnixSocket) {
  EXPECT_TRUE(database_has_route({{"name", "app"}, {"port", "5432"}}, {"", "5432"}));
}

TEST(MoveOf, ANameWinsOverTheFallback) {
  const Moves moves = {{"*", {}, {"a", ""}}, {"app", {}, {"b", ""}}};
  EXPECT_EQ(move_of(moves, "app")->to.host, "b");
  EXPECT_EQ(move_of(moves, "other")->to.host, "a");
  EXPECT_EQ(move_of(only_app, "other"), nullptr);
}

TEST(LeadsElsewhere, ByPortAndByAddressWhereThatIsKnown) {
  const ConsoleRow server = {{"addr", "10.0.0.2"}, {"port", "5432"}};
  EXPECT_FALSE(leads_elsewhere(server, {"10.0.0.2", ""}));
  EXPECT_TRUE(leads_elsewhere(server, {"10.0.0.1", ""}));
  EXPECT_TRUE(leads_elsewhere(server, {"10.0.0.2", "5433"}));
  EXPECT_FALSE(leads_elsewhere(server, {"green.internal", ""}));
  EXPECT_TRUE(leads_elsewhere(server, {"/var/run/postgresql", ""}));
  EXPECT_FALSE(leads_elsewhere({{"addr", "unix"}, {"port", "5432"}}, {"/var/run/postgresql", ""}));
}

TEST(LeadsElsewhere, AnAddressIsTheSameHoweverItIsWritten) {
  const ConsoleRow server = {{"addr", "::1"}, {"port", "5432"}};
  EXPECT_FALSE(leads_elsewhere(server, {"0:0:0:0:0:0:0:1", ""}));
  EXPECT_TRUE(leads_elsewhere(server, {"0:0:0:0:0:0:0:2", ""}));
  EXPECT_TRUE(leads_elsewhere(server, {"127.0.0.1", ""}));
  EXPECT_TRUE(leads_elsewhere({{"addr", "unix"}, {"port", "5432"}}, {"::1", ""}));
}

TEST(QuotedEntry, QuotesAreDoubled) {
  EXPECT_EQ(quoted_entry("a\"b"), "\"a\"\"b\"");
}

TEST(QuotedEntry, IsBareWhereItsQuotesWouldMakeItTooLong) {
  const std::string longest(63, 'X');
  EXPECT_EQ(quoted_entry(longest), longest);
  EXPECT_EQ(quoted_entry("pause"), "\"pause\"");
}

TEST(QuotedEntry, TheConsoleCannotNameWhatOnlyQuotesMakeLegalAndTooLong) {
  EXPECT_TRUE(console_can_name(std::string(63, 'x')));
  EXPECT_TRUE(console_can_name(std::string(61, '-')));
  EXPECT_FALSE(console_can_name(std::string(62, '-')));
  EXPECT_FALSE(console_can_name(std::string(60, 'x') + "\""));
}

}  // namespace
}  // namespace cutover::agent
