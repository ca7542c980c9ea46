// `verify` on two real servers of different majors, without load: what is the same, what is not,
// and how an interrupted comparison goes on.
#include "controller/verify/verify_databases.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

constexpr const char* odd_types = R"(
CREATE TYPE mood AS ENUM ('zz', 'aa');
CREATE TYPE pair AS (a text, b int);
CREATE TABLE odd (id int PRIMARY KEY, f4 real, f8 float8, d date, ts timestamp, tz timestamptz,
  span interval, cash money, bytes bytea, flag "char", js json, jb jsonb, num numeric,
  list text[], what mood, two pair, net inet, bits varbit, reg regclass, per int4range,
  words tsvector, fixed char(5), at point, txn xid);
CREATE TABLE two_keys ("a b" text, n int, v text, PRIMARY KEY (n, "a b"));
CREATE TABLE named (name text PRIMARY KEY, v int);
CREATE TABLE keyless (a int, b text);
ALTER TABLE keyless REPLICA IDENTITY FULL;
)";

constexpr const char* odd_rows = R"(
INSERT INTO odd SELECT i, 0.1::real + i, 1e300 / 3 * i, '2020-02-29', '2020-02-29 12:00:00.123456',
  '2020-02-29 12:00+05', '1 mon -2 days 03:04:05.678', 1234.56 * i, '\xdeadbeef', 'x',
  '{"b": 1,  "a": null}', '{"b": 1, "a": null}', 1.50, ARRAY['x', NULL, 'a"b', ''], 'zz',
  ROW('q', NULL)::pair, '10.0.0.1/8', B'101', 'pg_class', '[1,5)', 'fat cat'::tsvector, 'ab',
  '(1.1,2.2)', '77' FROM generate_series(1, 50) AS i;
INSERT INTO odd (id) VALUES (99);
INSERT INTO two_keys SELECT 'k''' || i, i % 3, 'v' FROM generate_series(1, 40) AS i;
INSERT INTO named SELECT chr(64 + i) || i, i FROM generate_series(1, 26) AS i;
INSERT INTO named SELECT chr(96 + i) || '_' || i, i FROM generate_series(1, 26) AS i;
INSERT INTO keyless SELECT i % 7, 'same' FROM generate_series(1, 100) AS i;
)";

/// Blue 12 with odd values, green 18 that has copied them and has other habits of its own.
class Verify : public ::testing::Test {
 protected:
  static PairOptions majors() {
    PairOptions options;
    options.blue_major = 12;
    options.green_major = 18;
    options.ddl = odd_types;
    return options;
  }

  Verify() : pair_(majors()) {
    pair_.blue.sql(odd_rows, "app0");
    pair_.prepare();
    pair_.subscribe();
    pair_.green.sql(
        "ALTER DATABASE app0 SET TimeZone = 'Asia/Tokyo';"
        "ALTER DATABASE app0 SET DateStyle = 'German';"
        "ALTER DATABASE app0 SET IntervalStyle = 'iso_8601';"
        "ALTER DATABASE app0 SET extra_float_digits = -5;"
        "ALTER DATABASE app0 SET bytea_output = 'escape';"
        "ALTER DATABASE app0 SET search_path = 'public', 'pg_catalog'");
  }

  void stop_following() {
    const auto& subscription = pair_.databases[0].subscriptions[0].subscription;
    pair_.green.sql("ALTER SUBSCRIPTION " + subscription + " DISABLE", "app0");
  }

  VerifyOptions options() {
    VerifyOptions options;
    options.state_dir = directory_.path() / "state";
    options.walk.chunk_rows = 7;
    options.settle.between_trials = std::chrono::milliseconds(20);
    return options;
  }

  VerifyReport verify(VerifyOptions options) {
    return pair_.run(run_here(pair_.databases[0], std::move(options)));
  }

  /// After the first chunk: the rows with the greatest keys.
  void interrupt(VerifyOptions options) {
    options.jobs = 1;
    options.progress_interval = std::chrono::milliseconds(0);
    options.progress = [](const VerifyProgress& progress) {
      if (progress.rows > 0) throw std::runtime_error("interrupted");
    };
    EXPECT_THROW(verify(options), std::runtime_error);
  }

  static Task<VerifyReport> run_here(DatabaseConfig database, VerifyOptions options) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto report = co_await verify_database(executor, std::move(database), std::move(options));
    co_return report;
  }

  static std::string told(const VerifyReport& report) {
    std::string text = report.error ? to_text(*report.error) + "\n" : "";
    for (const auto& verdict : report.tables) {
      if (verdict.failure) text += verdict.table.label + ": " + verdict.failure->what + "\n";
      if (verdict.unsettled > 0) text += verdict.table.label + ": unsettled\n";
      for (const auto& shown : verdict.shown)
        text += verdict.table.label + " " + shown.key.front() + " " + name_of(shown.kind) + "\n";
    }
    return text;
  }

  support::TemporaryDirectory directory_;
  ServerPair pair_;
};

TEST_F(Verify, EveryTypeIsTheSameOnTwelveAndEighteenWhateverTheDatabasesSettingsAre) {
  const auto report = verify(options());
  EXPECT_EQ(told(report), "");
  ASSERT_EQ(report.tables.size(), 5U);
  std::uint64_t rows = 0;
  for (const auto& verdict : report.tables) rows += verdict.rows;
  EXPECT_EQ(rows, 51U + 40U + 52U + 100U);
}

TEST_F(Verify, EachLostChangedAndExtraRowIsNamedByItsKeyAndNothingElse) {
  pair_.green.sql(
      "DELETE FROM odd WHERE id = 13; UPDATE odd SET f8 = f8 * (1 + 1e-15) WHERE id = 20;"
      "INSERT INTO odd (id) VALUES (1000);"
      "UPDATE two_keys SET v = NULL WHERE n = 2 AND \"a b\" = 'k''5';"
      "DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 3)",
      "app0");
  const auto report = verify(options());
  ASSERT_FALSE(report.error) << told(report);
  const auto text = told(report);
  for (const char* line : {"public.odd 13 missing\n", "public.odd 20 changed\n",
                           "public.odd 1000 extra\n", "public.two_keys 2 changed\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
  EXPECT_NE(text.find("public.keyless "), std::string::npos) << text;
}

TEST_F(Verify, AnotherCollationOnGreenNeitherHidesNorInventsADifference) {
  pair_.green.sql("ALTER TABLE named ALTER COLUMN name TYPE text COLLATE \"en-x-icu\"", "app0");
  EXPECT_EQ(told(verify(options())), "");
  pair_.green.sql("DELETE FROM named WHERE name = 'j_10'", "app0");
  EXPECT_EQ(told(verify(options())), "public.named j_10 missing\n");
}

TEST_F(Verify, DataIsShownOnlyWhenAskedFor) {
  pair_.green.sql("UPDATE two_keys SET v = 'other' WHERE n = 2 AND \"a b\" = 'k''5'", "app0");
  auto asked = options();
  asked.tables = {"two_keys"};
  auto report = verify(asked);
  ASSERT_EQ(report.tables.size(), 1U) << told(report);
  ASSERT_EQ(report.tables[0].shown.size(), 1U);
  EXPECT_EQ(report.tables[0].shown[0].blue_data, "");
  asked.show_data = true;
  report = verify(asked);
  EXPECT_NE(report.tables[0].shown[0].green_data.find("other"), std::string::npos);
  EXPECT_NE(report.tables[0].shown[0].blue_data.find("\"v\": \"v\""), std::string::npos);
}

TEST_F(Verify, AnInterruptedComparisonGoesOnWhereItWasAndKeepsWhatItFound) {
  pair_.blue.sql("INSERT INTO item (note) SELECT 'n' FROM generate_series(1, 100)", "app0");
  pair_.green.sql("DELETE FROM odd WHERE id = 50", "app0");
  auto interrupted = options();
  interrupted.jobs = 1;
  interrupted.tables = {"odd"};
  int pieces = 0;
  interrupted.progress = [&](const VerifyProgress& progress) {
    ++pieces;
    if (progress.rows > 0) throw std::runtime_error("interrupted");
  };
  interrupted.progress_interval = std::chrono::milliseconds(0);
  EXPECT_THROW(verify(interrupted), std::runtime_error);
  interrupted.progress = {};
  const auto report = verify(interrupted);
  EXPECT_TRUE(report.resumed_from);
  EXPECT_EQ(told(report), "public.odd 50 missing\n");
  EXPECT_EQ(report.tables[0].rows, 51U) << "no chunk twice";
  EXPECT_FALSE(verify(interrupted).resumed_from) << "a finished one is not gone on with";
}

TEST_F(Verify, WhatAnInterruptedComparisonCouldNotSettleIsNotForgotten) {
  pair_.green.sql("DELETE FROM odd WHERE id = 50", "app0");
  auto hasty = options();
  hasty.jobs = 1;
  hasty.tables = {"odd"};
  hasty.settle.trials = 1;  // a difference takes two
  hasty.progress_interval = std::chrono::milliseconds(0);
  hasty.progress = [](const VerifyProgress& progress) {
    if (progress.rows > 0) throw std::runtime_error("interrupted");
  };
  EXPECT_THROW(verify(hasty), std::runtime_error);
  auto gone_on = options();
  gone_on.tables = {"odd"};
  const auto report = verify(gone_on);
  EXPECT_TRUE(report.resumed_from);
  EXPECT_EQ(told(report), "public.odd: unsettled\n");
}

TEST_F(Verify, WhatWasMendedSinceTheInterruptionIsNotReportedAgain) {
  pair_.green.sql("DELETE FROM odd WHERE id >= 49", "app0");
  auto odd = options();
  odd.tables = {"odd"};
  interrupt(odd);
  pair_.green.sql("INSERT INTO odd (id) VALUES (99)", "app0");
  const auto report = verify(odd);
  EXPECT_TRUE(report.resumed_from);
  const auto text = told(report);
  EXPECT_EQ(text.find("public.odd 99"), std::string::npos) << text;
  EXPECT_NE(text.find("public.odd 50 missing"), std::string::npos) << text;
}

TEST_F(Verify, AGreenThatWasFilledAnewIsComparedFromTheBeginning) {
  auto odd = options();
  odd.tables = {"odd"};
  interrupt(odd);
  pair_.green.sql("DROP SUBSCRIPTION " + pair_.databases[0].subscriptions[0].subscription, "app0");
  pair_.green.sql("TRUNCATE odd, two_keys, named, keyless, item", "app0");
  pair_.prepare();
  pair_.subscribe();
  pair_.green.sql("DELETE FROM odd WHERE id = 99", "app0");
  const auto report = verify(odd);
  EXPECT_FALSE(report.resumed_from);
  EXPECT_TRUE(report.given_up);
  EXPECT_EQ(told(report), "public.odd 99 missing\n");
}

TEST_F(Verify, AComparisonGoesOnThoughBlueHasFewerPartitionsThanWhenItBegan) {
  auto some = options();
  some.tables = {"two_keys"};
  some.progress_interval = std::chrono::milliseconds(0);
  some.progress = [](const VerifyProgress&) { throw std::runtime_error("interrupted"); };
  EXPECT_THROW(verify(some), std::runtime_error);
  {
    auto record = VerifyRecord::open(some.state_dir);
    ASSERT_TRUE(record);
    const auto scope = pair_.databases[0].name + "|two_keys";
    auto known = record->progress(scope);
    ASSERT_TRUE(known && known->size() == 1);
    auto [table, progress] = *known->begin();
    progress.heap = 7;
    progress.recent_done = false;
    ASSERT_TRUE(record->save(scope, table, progress));
  }
  some.progress = {};
  const auto report = verify(some);
  EXPECT_TRUE(report.resumed_from);
  EXPECT_EQ(told(report), "");
  EXPECT_EQ(report.tables[0].rows, 40U);
}

TEST_F(Verify, ARestartOfBlueInTheMiddleIsOutlasted) {
  auto slow = options();
  slow.progress_interval = std::chrono::milliseconds(0);
  bool restarted = false;
  slow.progress = [&](const VerifyProgress& progress) {
    if (restarted || progress.rows == 0) return;
    restarted = true;
    pair_.blue.restart();
  };
  EXPECT_EQ(told(verify(slow)), "");
  EXPECT_TRUE(restarted);
}

TEST_F(Verify, RowsWrittenSinceThePublicationWasMadeAreComparedFirst) {
  pair_.blue.sql("INSERT INTO two_keys VALUES ('new', -5, 'v'), ('kept', -6, 'v')", "app0");
  ASSERT_EQ(told(verify(options())), "");
  pair_.green.sql("DELETE FROM two_keys WHERE n = -5", "app0");
  auto first_piece = options();
  first_piece.jobs = 1;
  first_piece.tables = {"two_keys"};
  first_piece.progress_interval = std::chrono::milliseconds(0);
  std::uint64_t recent = 0;
  std::uint64_t found = 0;
  first_piece.progress = [&](const VerifyProgress& progress) {
    recent = progress.recent_rows;
    found = progress.differences;
    throw std::runtime_error("interrupted");
  };
  EXPECT_THROW(verify(first_piece), std::runtime_error);
  EXPECT_EQ(recent, 2U) << "only what is new";
  EXPECT_EQ(found, 1U);
}

TEST_F(Verify, WithoutAFollowingSubscriptionItIsRefusedAndSaysSo) {
  stop_following();
  auto impatient = options();
  impatient.patience = std::chrono::milliseconds(500);
  bool refused = false;
  for (int i = 0; i < 20 && !refused; ++i) refused = verify(impatient).error.has_value();
  EXPECT_TRUE(refused);
}

TEST_F(Verify, WithoutItsSlotItEndsAtOnceAndSaysWhetherBlueWasCutOver) {
  pair_.green.sql("DROP SUBSCRIPTION " + pair_.databases[0].subscriptions[0].subscription, "app0");
  auto patient = options();
  patient.patience = std::chrono::hours(1);
  EXPECT_NE(told(verify(patient)).find("green does not follow"), std::string::npos);
  pair_.blue.sql("UPDATE cutover.run SET fenced = true WHERE side = 'blue'", "app0");
  const auto cut_over = told(verify(patient));
  EXPECT_NE(cut_over.find("it was cut over"), std::string::npos) << cut_over;
}

TEST_F(Verify, WhatItWaitsForIsTold) {
  stop_following();
  auto waiting = options();
  waiting.progress_interval = std::chrono::milliseconds(0);
  waiting.waiting = [](const std::string& why) { throw std::runtime_error(why); };
  std::string told_why;
  for (int i = 0; i < 20 && told_why.empty(); ++i) {
    try {
      verify(waiting);
    } catch (const std::runtime_error& told) {
      told_why = told.what();
    }
  }
  EXPECT_NE(told_why.find("nobody follows slot"), std::string::npos) << told_why;
}

TEST_F(Verify, ATableThatGreenLacksOrThatIsNotPublishedIsNamed) {
  pair_.green.sql("ALTER TABLE keyless RENAME TO moved", "app0");
  const auto report = verify(options());
  EXPECT_NE(told(report).find("public.keyless: green has no such table"), std::string::npos);
  auto unknown = options();
  unknown.tables = {"nowhere"};
  EXPECT_TRUE(verify(unknown).error);
}

Task<VerifyReports> verify_all(std::vector<DatabaseConfig> databases, VerifyOptions options) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto all = co_await verify_databases(executor, std::move(databases), std::move(options));
  co_return all;
}

TEST(VerifyOfSeveral, EachTableAskedForIsInOneDatabaseAtLeastAndTheOthersAreLeftOut) {
  PairOptions pair_options;
  pair_options.databases = 2;
  ServerPair pair(pair_options);
  for (auto* side : {&pair.blue, &pair.green})
    side->sql("CREATE TABLE only_here (id int PRIMARY KEY)", "app1");
  pair.prepare();
  pair.subscribe();
  const support::TemporaryDirectory directory;
  VerifyOptions options;
  options.state_dir = directory.path() / "state";
  options.tables = {"only_here"};
  const auto one = pair.run(verify_all(pair.databases, options));
  EXPECT_FALSE(one.error);
  EXPECT_EQ(one.left_out, std::vector<std::string>{"app0"});
  ASSERT_EQ(one.reports.size(), 1U);
  EXPECT_EQ(one.reports[0].database, "app1");
  EXPECT_FALSE(one.reports[0].error);
  options.tables = {"item", "onlyhere"};
  const auto misspelt = pair.run(verify_all(pair.databases, options));
  ASSERT_TRUE(misspelt.error);
  EXPECT_EQ(misspelt.error->what, "blue publishes no table onlyhere");
  EXPECT_TRUE(misspelt.reports.empty());
}

}  // namespace
}  // namespace cutover
