// How the running entries differ from the written ones.
#include "agent/drift.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cutover::agent
