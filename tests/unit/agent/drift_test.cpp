// How the running entries differ from the written ones.
#include "agent/drift.h"

#include <gtest/gtest.h>

#include <ctime>

namespace cutover::agent {
namespace {

ini::Entry written(const char* name, const char* host, const char* dbname) {
  ini::Entry entry;
  entry.name = name;
  entry.host = host;
  entry.port = "5432";
  entry.dbname = dbname;
  return entry;
}

ConsoleRow running(const char* name, const char* host, const char* dbname) {
  return {{"name", name}, {"host", host}, {"port", "5432"}, {"database", dbname}};
}

const ConsoleRow console = {{"name", "pgbouncer"}, {"port", "6432"}, {"database", "pgbouncer"}};

TEST(Drift, IsEmptyWhenFilesAndProcessAgree) {
  EXPECT_EQ(
      drift_between({written("app", "blue", "app")}, {console, running("app", "blue", "app")}), "");
}

TEST(Drift, NamesAnotherHostAMissingAndASurplusEntry) {
  EXPECT_EQ(drift_between({written("app", "green", "app")}, {running("app", "blue", "app")}),
            "app runs as blue:5432/app and is written green:5432/app");
  EXPECT_EQ(drift_between({written("app", "blue", "app")}, {console}),
            "app is written but does not run");
  EXPECT_EQ(drift_between({}, {running("app", "blue", "app")}), "app runs but is in no file");
}

TEST(Drift, AnEntryMadeForTheFallbackIsComparedWithIt) {
  const auto fallback = written("*", "blue", "*");
  EXPECT_EQ(drift_between({fallback}, {running("any", "blue", "any")}), "");
  EXPECT_NE(drift_between({fallback}, {running("any", "green", "any")}), "");
}

/// The agent's only thread looks at it, so it must not grow with the square of the entries: 20,000
/// took most of a minute where every row was searched for.
TEST(Drift, ThousandsOfEntriesAreComparedAtOnce) {
  constexpr int many = 20'000;
  std::vector<ini::Entry> entries;
  std::vector<ConsoleRow> rows;
  std::string text = "[databases]\n";
  for (int i = 0; i < many; ++i) {
    const std::string name = "entry_" + std::to_string(i);
    text += name + " = host=blue\n";
    rows.push_back(running(name.c_str(), "blue", name.c_str()));
  }
  text += "[pgbouncer]\n";
  const std::clock_t start = std::clock();
  const auto config = ini::load_config("x.ini", "", [&](const std::string&) {
    return Result<std::string>(boost::system::in_place_value, text);
  });
  EXPECT_EQ(drift_between(ini::effective_entries(config.value()), rows), "");
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 4) << "seconds of the processor";
}

}  // namespace
}  // namespace cutover::agent
