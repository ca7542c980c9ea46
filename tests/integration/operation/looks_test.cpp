// status, sessions, analyze, warm, runbook, report and init of the real program on real servers.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "controller/commands/run_task.h"
#include "controller/config/config.h"
#include "controller/looks/fleet_watch.h"
#include "controller/status/client_sessions.h"
#include "tests/support/eventually.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;

/// 13 → 17, replicated, without agents.
class Looks : public ::testing::Test {
 protected:
  static support::RigOptions options() {
    support::RigOptions options;
    options.agents = support::Agents::absent;
    options.durability = support::Durability::fast;
    options.hosts = 1;
    return options;
  }
  Looks() : rig_(options()) {
    rig_.blue().sql(
        "INSERT INTO load.write_0 (client, counter, multi) "
        "SELECT i, i, false FROM generate_series(1, 5000) AS i;"
        "INSERT INTO load.write_3 (client, counter, multi) "
        "SELECT i, i, false FROM generate_series(1, 500) AS i",
        "app");
    rig_.replicate();
  }

  json::value data(const std::vector<std::string>& arguments, int exit_code = 0) {
    auto with_json = arguments;
    with_json.emplace_back("--json");
    const auto finished = rig_.cutover(with_json);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.output << finished.errors;
    return json::parse(finished.output).at("data");
  }

  std::string text(const std::vector<std::string>& arguments) {
    const auto finished = rig_.cutover(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
    return finished.output;
  }

  support::CutoverRig rig_;
};

TEST_F(Looks, StatusTellsLagWalAndWorkersOfEachSubscription) {
  const auto replication =
      data({"status", "--disk-free", "10GiB"}).at("databases").at(0).at("replication");
  const auto& forward = replication.at("forward");
  ASSERT_EQ(forward.at("slots").as_array().size(), 1U);
  const auto& slot = forward.at("slots").at(0);
  EXPECT_TRUE(slot.at("active").as_bool());
  EXPECT_TRUE(slot.at("lag_bytes").is_number());
  EXPECT_EQ(slot.at("wal_status").as_string(), "reserved");
  const auto& subscription = forward.at("subscriptions").at(0);
  EXPECT_TRUE(subscription.at("working").as_bool());
  EXPECT_EQ(subscription.at("tables"), subscription.at("tables_ready"));
  EXPECT_EQ(subscription.at("apply_errors").to_number<int>(), 0);
  EXPECT_TRUE(replication.at("back").at("slots").as_array().empty());
}

TEST_F(Looks, StatusSaysThatNobodyFollowsWhenTheSubscriptionIsOff) {
  rig_.green().sql("ALTER SUBSCRIPTION cutover DISABLE", "app");
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), [&] {
    const auto seen = text({"status"});
    return seen.find("NOT ACTIVE") != std::string::npos &&
           seen.find("subscription cutover: disabled") != std::string::npos;
  }));
}

TEST_F(Looks, StatusClaimsNothingOfASideThatDoesNotAnswer) {
  rig_.green().sql("UPDATE cutover.run SET fenced = true, decided_at = now() WHERE side = 'green'",
                   "app");
  rig_.blue().kill9();
  const auto database = data({"status"}).at("databases").at(0);
  EXPECT_TRUE(database.at("way_back").at("armed").is_null());
  EXPECT_TRUE(database.at("way_back").at("open").is_null());
  EXPECT_FALSE(database.at("blue").at("reachable").as_bool());
  EXPECT_TRUE(database.at("blue").at("fenced").is_null());
  EXPECT_TRUE(database.at("green").at("fenced").as_bool());
  EXPECT_NE(text({"status"}).find("way back: cannot be found out"), std::string::npos);
}

TEST_F(Looks, SessionsEndsOnlyWhatIsIdleAndOnlyWhenTold) {
  support::SqlSession idle(rig_.blue_conninfo() + " application_name=lazy");
  support::SqlSession busy(rig_.blue_conninfo() + " application_name=busy");
  idle.must("SELECT 1");
  busy.must("BEGIN; SELECT pg_advisory_lock(1)");
  const std::vector<std::string> wish{"sessions", "--terminate-idle", "--idle-for", "1s"};
  const auto holds_idle = [&] {
    return text(wish).find("1 sessions have been idle") != std::string::npos;
  };
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), holds_idle));
  EXPECT_TRUE(idle.run("SELECT 1").ok) << "a dry run ended it";
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), holds_idle));
  EXPECT_NE(text({"sessions"}).find("longest open transactions"), std::string::npos);
  auto act = wish;
  act.insert(act.end(), {"--no-dry-run", "--yes"});
  text(act);
  EXPECT_FALSE(idle.run("SELECT 1").ok);
  EXPECT_TRUE(busy.run("COMMIT").ok);
}

TEST_F(Looks, AnalyzeGivesEveryTableStatisticsOnceAndSaysWhatIsStale) {
  const auto green = [&](const std::string& sql) { return rig_.green().sql(sql, "app").value(); };
  rig_.green().sql("ALTER SYSTEM SET autovacuum = off", "app");
  rig_.green().sql("SELECT pg_reload_conf()", "app");
  text({"analyze", "--no-dry-run"});
  EXPECT_EQ(green("SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'write_3'"), "t")
      << "a partitioned parent has statistics only by hand";
  EXPECT_EQ(green("SELECT count(*) FROM pg_stat_user_tables WHERE schemaname <> 'cutover' "
                  "AND last_analyze IS NULL"),
            "0");
  EXPECT_NE(text({"analyze"}).find(": 0 of "), std::string::npos);
  rig_.green().sql("UPDATE load.write_0 SET note = 'x'", "app");
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), [&] {
    return text({"analyze"}).find("load.write_0: 5000 of 5000 rows changed since") !=
           std::string::npos;
  }));
}

TEST_F(Looks, AnAnalyzeThatFailsForOneTableSaysThatTheOthersAreDone) {
  rig_.green().sql(
      "CREATE FUNCTION public.f(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
      "'BEGIN RETURN a; END';"
      "CREATE TABLE public.odd AS SELECT i AS a FROM generate_series(1, 10) AS i;"
      "CREATE INDEX ON public.odd (public.f(a));"
      "CREATE OR REPLACE FUNCTION public.f(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
      "'BEGIN RAISE ''out of order''; END'",
      "app");
  const auto finished = rig_.cutover({"analyze", "--all", "--no-dry-run"});
  EXPECT_EQ(finished.exit_code, 3) << finished.output << finished.errors;
  EXPECT_NE(finished.errors.find("public.odd"), std::string::npos) << finished.errors;
  EXPECT_EQ(rig_.cutover({"analyze", "--jobs", "1.5"}).exit_code, 2);
}

Task<SessionsSeen> seen_by(std::string conninfo) {
  SessionOptions options;
  options.conninfo = std::move(conninfo);
  ServerSession server(options);
  const IdleRule any{std::chrono::seconds(0), false};
  const auto seen = co_await look_at_sessions(server, any);
  co_return seen ? *seen : SessionsSeen{};
}

TEST_F(Looks, SessionsThatWeMayNotSeeAreCountedAndNeverEnded) {
  rig_.blue().sql("CREATE ROLE plain LOGIN", "app");
  support::SqlSession other(rig_.blue_conninfo() + " application_name=other");
  other.must("SELECT 1");
  const auto seen =
      run_task<SessionsSeen>([&](auto) { return seen_by(rig_.blue_conninfo() + " user=plain"); });
  bool counted = false;
  for (const auto& group : seen.groups)
    counted = counted || (group.application == "other" && group.state == "unknown");
  EXPECT_TRUE(counted);
  for (const auto& one : seen.idle) EXPECT_NE(one.application, "other");
}

Task<postgres::Answer<IdleEnd>> end_idle_on(support::PostgresServer& server) {
  SessionOptions options;
  options.conninfo = server.conninfo("app");
  ServerSession session(options);
  const auto opened = co_await session.query("SELECT 1");
  static_cast<void>(opened);
  server.kill9();
  const ClientSession one;
  const IdleRule rule;
  const auto ended = co_await terminate_if_idle(session, one, rule);
  co_return ended;
}

TEST_F(Looks, ASessionWhoseEndNobodyAnsweredIsInDoubt) {
  const auto ended =
      run_task<postgres::Answer<IdleEnd>>([&](auto) { return end_idle_on(rig_.blue()); });
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().lost) << ended.error().what;
  const auto refused =
      run_task<postgres::Answer<IdleEnd>>([&](auto) { return end_idle_on(rig_.blue()); });
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().lost) << "nothing was sent: " << refused.error().what;
}

Task<DatabaseLook> watched(boost::asio::any_io_executor executor, Config config) {
  FleetWatch watch(executor, config);
  LookDepth depth;
  depth.limit = std::chrono::seconds(30);
  const auto look = co_await watch.look(depth);
  co_return look.databases.front();
}

TEST_F(Looks, TheWatchCountsRowsOfTablesThatStayAndForgetsWhatWasDropped) {
  auto config = load_config(rig_.config_path());
  ASSERT_TRUE(config.has_value());
  config->bouncers.clear();
  const auto look = [&] {
    return run_task<DatabaseLook>(
        [&](boost::asio::any_io_executor executor) { return watched(executor, *config); });
  };
  const auto on_blue = [&](const std::string& sql) { return rig_.blue().sql(sql, "app").value(); };
  support::SqlSession other(rig_.blue_conninfo());
  other.must("CREATE TEMPORARY TABLE passing AS SELECT generate_series(1, 5000) AS a");
  on_blue("CREATE TABLE public.staying AS SELECT generate_series(1, 7) AS a");
  const auto staying = on_blue("SELECT 'public.staying'::regclass::oid");
  const auto passing = other.value("SELECT 'passing'::regclass::oid");
  EXPECT_TRUE(support::eventually(std::chrono::seconds(60), [&] {
    other.must("SELECT 1");  // a session tells its statistics when it has something to do
    return on_blue(
               "SELECT count(*) FROM pg_stat_user_tables WHERE n_tup_ins = 5000 AND relname = "
               "'passing'") == "1" &&
           look().blue.rows_by_table.contains(staying);
  }));
  EXPECT_FALSE(look().blue.rows_by_table.contains(passing));

  EXPECT_EQ(look().way_back_open(), std::nullopt);
  on_blue(
      "CREATE SUBSCRIPTION cutover_back CONNECTION 'dbname=none' PUBLICATION none WITH (connect = "
      "false)");
  EXPECT_EQ(look().way_back_open(), false);
  on_blue("ALTER SUBSCRIPTION cutover_back SET (slot_name = NONE)");
  on_blue("DROP SUBSCRIPTION cutover_back");
  EXPECT_EQ(look().way_back_open(), std::nullopt);

  EXPECT_EQ(look().fenced, false);
  on_blue("DROP SCHEMA cutover CASCADE");
  EXPECT_EQ(look().fenced, std::nullopt);
  EXPECT_TRUE(look().blue.is_up());
}

TEST_F(Looks, WarmLoadsWithinItsLimitAndLeavesNothingBehind) {
  const auto planned = data({"warm", "--size", "64kB"});
  std::int64_t bytes = 0;
  for (const auto& relation : planned.at("databases").at(0).at("relations").as_array())
    bytes += relation.at("warmed_bytes").to_number<std::int64_t>();
  EXPECT_GT(bytes, 0);
  EXPECT_LE(bytes, 64 * 1024);
  const auto output = text({"warm", "--no-dry-run"});
  EXPECT_NE(output.find("blocks"), std::string::npos) << output;
  EXPECT_EQ(rig_.green()
                .sql("SELECT count(*) FROM pg_extension WHERE extname = 'pg_prewarm'", "app")
                .value(),
            "0");
}

TEST_F(Looks, TheRunbookIsTickedByWhatRanAndByPeople) {
  text({"analyze", "--no-dry-run"});
  text({"runbook", "done", "clone", "--note", "made by Ann"});
  text({"runbook", "set", "added-sg-rules", "sg-1", "sg-2"});
  text({"verify", "--table", "load.write_0"});
  const auto page = text({"runbook"});
  for (const char* part :
       {"- [x] `cutover analyze", "made by Ann", "| Added SG rules | sg-1 sg-2 |",
        "- [ ] `cutover --no-dry-run`", "- [ ] `cutover verify`"})
    EXPECT_NE(page.find(part), std::string::npos) << part << page;
  EXPECT_EQ(rig_.cutover({"runbook", "done", "nonsense"}).exit_code, 2);
  EXPECT_EQ(rig_.cutover({"runbook", "set", "key"}).exit_code, 2);
  EXPECT_EQ(rig_.cutover({"runbook", "--note", "of nothing"}).exit_code, 2);
  EXPECT_EQ(rig_.cutover({"report", "one", "two"}).exit_code, 2);
  const auto file = rig_.state_directory() / "page.html";
  text({"runbook", "--output", file.string()});
  std::ifstream in(file);
  std::stringstream html;
  html << in.rdbuf();
  EXPECT_NE(html.str().find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(rig_.cutover({"report"}).exit_code, 1) << "no cutover ran";
}

TEST_F(Looks, InitWritesAConfigurationThatTheProgramReadsAndOverwritesNone) {
  const auto path = rig_.state_directory() / "made.toml";
  const std::vector<std::string> wish{"init",
                                      "--blue",
                                      rig_.blue_conninfo("app"),
                                      "--green",
                                      rig_.green_conninfo("app"),
                                      "--agent",
                                      "unix:///run/nowhere.sock",
                                      "--output",
                                      path.string()};
  const auto shown = text(wish);
  EXPECT_NE(shown.find("slot = \"cutover\""), std::string::npos) << shown;
  EXPECT_FALSE(std::filesystem::exists(path)) << "a dry run wrote it";
  std::filesystem::create_directories(rig_.state_directory());
  auto act = wish;
  act.emplace_back("--no-dry-run");
  text(act);
  EXPECT_TRUE(load_config(path));
  auto nonsense = wish;
  nonsense[4] = "host=green what";
  EXPECT_EQ(rig_.cutover(nonsense).exit_code, 2);
  EXPECT_EQ(rig_.cutover(act).exit_code, 1);
}

}  // namespace
}  // namespace cutover::tests
