// seed --copy: green is filled from a snapshot, then follows from exactly there.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "tests/integration/phases/phase_pair.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

PhaseOptions copying() {
  auto options = quick_options();
  options.wishes.seed.copy = true;
  return options;
}

/// Inserts as fast as it goes until it is stopped.
class Writer {
 public:
  explicit Writer(ServerPair& pair)
      : session_(pair.client()), thread_([this] {
          while (!stopped_) session_.must("INSERT INTO item (note) VALUES ('while it is copied')");
        }) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    stopped_ = true;
    thread_.join();
  }

 private:
  support::SqlSession session_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

constexpr const char* odd_table = "\"Odd\nschema\".\"a \"\"b\"\"\n-- end\"";
constexpr const char* schema = R"(
CREATE SCHEMA "Odd
schema";
CREATE TABLE "Odd
schema"."a ""b""
-- end" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);
CREATE TABLE keyless (a int, b text);
CREATE TABLE parts (id int, k int, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE child (id serial PRIMARY KEY, item bigint REFERENCES item))";

class Copy : public testing::TestWithParam<std::pair<int, int>> {
 protected:
  ServerPair pair_{options()};

  void fill() {
    pair_.on_blue().must(
        "INSERT INTO item (note) SELECT 'before' FROM generate_series(1, 100);"
        "INSERT INTO " +
        std::string(odd_table) +
        " (t) VALUES ('x');"
        "INSERT INTO keyless VALUES (1, 'x'), (1, 'x'); INSERT INTO parts VALUES (1, 1), (2, 11);"
        "INSERT INTO child (item) SELECT id FROM item");
  }
  void expect_everything_follows() {
    pair_.on_blue().must(
        "UPDATE keyless SET b = 'y'; DELETE FROM child WHERE id = 1;"
        "UPDATE parts SET id = 3 WHERE k = 1");
    for (const char* table : {"item", odd_table, "keyless", "parts", "child"})
      EXPECT_TRUE(same_rows(pair_, table)) << table;
  }

 private:
  static PairOptions options() {
    PairOptions options;
    options.blue_major = GetParam().first;
    options.green_major = GetParam().second;
    options.subscriptions = 2;
    options.ddl = schema;
    return options;
  }
};

TEST_P(Copy, FillsEmptyTablesUnderLoadAndLosesNothing) {
  fill();
  ASSERT_EQ(run_phase_on(pair_, prepare_phase()), "");
  {
    const Writer writer(pair_);
    ASSERT_EQ(run_phase_on(pair_, copy_phase(), copying()), "");
    ASSERT_EQ(run_phase_on(pair_, subscribe_phase()), "");
  }
  expect_everything_follows();
}

TEST_P(Copy, MakesASchemaThatIsMissingAndTheSecondRunSaysItHolds) {
  fill();
  pair_.green.sql("DROP DATABASE app0");
  pair_.green.sql("CREATE DATABASE app0");
  ASSERT_EQ(run_phase_on(pair_, prepare_phase()), "");
  {
    const Writer writer(pair_);
    ASSERT_EQ(run_phase_on(pair_, copy_phase(), copying()), "");
  }
  EXPECT_EQ(pair_.green_value("SELECT count(*) FROM pg_event_trigger"), "0");
  EXPECT_EQ(steps_taken(pair_, copy_phase(), copying()), std::vector<std::string>{});
  ASSERT_EQ(run_phase_on(pair_, subscribe_phase()), "");
  expect_everything_follows();
}

INSTANTIATE_TEST_SUITE_P(Majors, Copy, testing::Values(std::pair(12, 17), std::pair(15, 18)),
                         [](const auto& pair) {
                           return std::to_string(pair.param.first) + "to" +
                                  std::to_string(pair.param.second);
                         });

/// Both sides are asked as the owner of database and tables, who is no superuser.
PhaseOptions as_ordinary_role(ServerPair& pair) {
  for (auto* server : {&pair.blue, &pair.green}) {
    server->sql("CREATE ROLE loader LOGIN REPLICATION IN ROLE pg_monitor, pg_signal_backend");
    server->sql("ALTER DATABASE app0 OWNER TO loader");
    server->sql(
        "DO $$ DECLARE one regclass; BEGIN FOR one IN SELECT oid FROM pg_class WHERE relkind "
        "= 'r' AND relnamespace = 'public'::regnamespace LOOP EXECUTE format('ALTER TABLE %s "
        "OWNER TO loader', one); END LOOP; END $$",
        "app0");
  }
  for (auto& database : pair.databases)
    for (auto* conninfo : {&database.blue, &database.green})
      *conninfo = postgres::with_parameters(*conninfo, {{"user", "loader"}}).value();
  return copying();
}

TEST(CopyByAnOrdinaryRole, MakesSchemaAndRowsAlsoWhereAnExtensionIsSomebodyElses) {
  PairOptions options;
  options.green_major = 17;
  options.ddl = "CREATE EXTENSION pg_trgm; COMMENT ON EXTENSION pg_trgm IS 'ours'";
  ServerPair pair(options);
  pair.on_blue().must("INSERT INTO item (note) SELECT 'before' FROM generate_series(1, 100)");
  pair.green.sql("CREATE EXTENSION pg_trgm", "template1");
  pair.green.sql("DROP DATABASE app0");
  pair.green.sql("CREATE DATABASE app0");
  const auto copy = as_ordinary_role(pair);
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, copy_phase(), copy), "");
  EXPECT_TRUE(same_rows(pair, "item"));
}

TEST(CopyByAnOrdinaryRole, IsRefusedBeforeTheDumpWhereRowsWouldMeetTriggers) {
  PairOptions options;
  options.ddl = "CREATE TABLE child (id serial PRIMARY KEY, item bigint REFERENCES item)";
  ServerPair pair(options);
  const auto copy = as_ordinary_role(pair);
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  const auto outcome = check_outcome(pair, copy_phase(), "triggers", copy);
  EXPECT_NE(outcome.detail.find("public.child"), std::string::npos) << told(outcome);
}

TEST(CopyRefusals, TablesThatHaveRowsAreNamed) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  pair.on_green().must("INSERT INTO item (note) VALUES ('here first')");
  const auto outcome = check_outcome(pair, copy_phase(), "room", copying());
  EXPECT_NE(outcome.detail.find("public.item"), std::string::npos) << told(outcome);
}

TEST(CopyInterrupted, EndsItsProgramsLeavesNoRowsOnDiskAndMayBeRunAgain) {
  ServerPair pair({.green_major = 17});
  pair.on_blue().must("INSERT INTO item (note) SELECT 'before' FROM generate_series(1, 100)");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  const support::TemporaryDirectory directory;
  auto options = copying();
  options.directory = directory.path();
  options.observe = [](const PhaseEvent& event) {
    if (event.detail.starts_with("dumping")) std::raise(SIGINT);
  };
  const auto failure = run_phase_on(pair, copy_phase(), options);
  EXPECT_NE(failure.find("interrupted while dumping"), std::string::npos) << failure;
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  ASSERT_EQ(run_phase_on(pair, copy_phase(), copying()), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_TRUE(same_rows(pair, "item"));
}

TEST(SubscribeInterrupted, GreenGoesOnByItself) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  auto options = quick_options();
  auto reader = pair.on_green();
  reader.must("BEGIN; LOCK TABLE item IN SHARE MODE");  // the first copy waits for it
  options.observe = [](const PhaseEvent& event) {
    if (event.kind == PhaseEventKind::progress) std::raise(SIGINT);
  };
  const auto failure = run_phase_on(pair, subscribe_phase(), options);
  EXPECT_NE(failure.find("follow: refused: interrupted: "), std::string::npos) << failure;
  reader.must("COMMIT");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
}

TEST(CopyRefusals, ASlotInUseIsNotMadeAnew) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  EXPECT_TRUE(check_outcome(pair, copy_phase(), "slots_unused", copying()).is_refused());
}

TEST(CopyRefusals, RolesThatGreenLacksAreNamed) {
  ServerPair pair;
  pair.on_blue().must("CREATE ROLE \"only blue\"; ALTER TABLE item OWNER TO \"only blue\"");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  const auto outcome = check_outcome(pair, copy_phase(), "roles", copying());
  EXPECT_NE(outcome.detail.find("only blue"), std::string::npos) << told(outcome);
}

}  // namespace
}  // namespace cutover
