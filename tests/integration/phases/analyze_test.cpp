// ANALYZE of tables that belong to somebody else, which the server skips with a mere warning.
#include "controller/warm/analyze_green.h"

#include <gtest/gtest.h>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

class AnalyzeOn : public testing::TestWithParam<int> {
 protected:
  AnalyzeOn() : pair_(options()) {
    pair_.green.sql("CREATE ROLE plain LOGIN");
    pair_.green.sql("CREATE TABLE own (a int PRIMARY KEY); ALTER TABLE own OWNER TO plain", "app0");
    pair_.databases[0].green = pair_.green.conninfo("app0", "plain");
  }
  static PairOptions options() {
    PairOptions options;
    options.green_major = GetParam();
    options.blue_major = GetParam();
    return options;
  }
  Outcome analyzed(const std::string& label) {
    const auto found = pair_.run(look_at_statistics(pair_.databases[0]));
    EXPECT_TRUE(found);
    for (const auto& one : pair_.run(analyze_in_stages(pair_.databases[0], *found, {})))
      if (one.table.label == label) return one.outcome;
    return in_doubt("no such table");
  }
  ServerPair pair_;
};

TEST_P(AnalyzeOn, WhatTheServerWouldSkipIsRefusedByItsOwnersNameAndTheRestIsDone) {
  EXPECT_TRUE(analyzed("public.own").is_done());
  const auto others = analyzed("public.item");
  EXPECT_TRUE(others.is_refused()) << told(others);
  EXPECT_NE(others.detail.find("belongs to "), std::string::npos) << told(others);
  pair_.green.sql(
      GetParam() < 17 ? "ALTER DATABASE app0 OWNER TO plain" : "GRANT MAINTAIN ON item TO plain",
      "app0");
  const auto allowed = analyzed("public.item");
  EXPECT_TRUE(allowed.is_done()) << told(allowed);
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), [&] {
    return pair_.green_value(
               "SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'item' "
               "AND last_analyze IS NOT NULL") == "1";
  }));
}

INSTANTIATE_TEST_SUITE_P(Majors, AnalyzeOn, testing::Values(14, 17));

}  // namespace
}  // namespace cutover
