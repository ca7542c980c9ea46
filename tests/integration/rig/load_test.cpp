// The load driver tells the truth: a lost, a doubled and a failed write are each provoked and seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <sstream>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/load/floor.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

std::string entry_to(const PostgresServer& server) {
  return "host=127.0.0.1 port=" + std::to_string(server.port()) + " dbname=postgres";
}

/// What tells sides apart that listen on one port, or behind one address.
std::string identity_of(const PostgresServer& server) {
  const std::string version = server.sql("SHOW server_version").value();
  return "127.0.0.1:" + std::to_string(server.port()) + " " + version.substr(0, version.find(' '));
}

/// How many writes began in each client's turn of the period, of those that began after `from`.
std::vector<int> turns_taken(const LoadDriver& driver, LoadClock::duration period,
                             LoadClock::time_point from) {
  const auto clients = static_cast<LoadClock::rep>(driver.clients());
  std::vector<int> turns(driver.clients());
  for (std::size_t client = 0; client < driver.clients(); ++client)
    for (const WriteTime& write : driver.record(client).times())
      if (write.begin >= from)
        ++turns[static_cast<std::size_t>(write.begin.time_since_epoch() % period * clients /
                                         period)];
  return turns;
}

/// One late write does not matter, clients that come together do.
void expect_even(const std::vector<int>& turns) {
  const int all = std::accumulate(turns.begin(), turns.end(), 0);
  const int least = *std::min_element(turns.begin(), turns.end());
  EXPECT_GE(2 * least * static_cast<int>(turns.size()), all) << testing::PrintToString(turns);
}

class Load : public testing::Test {
 protected:
  Load() { create_load_schema(server_.conninfo(), schema_); }

  LoadDriver drive(int clients = 4) {
    return LoadDriver({.bouncers = {first_.conninfo("app"), second_.conninfo("app")},
                       .schema = schema_,
                       .clients = clients,
                       .reconnect_every = 25});
  }

  LoadVerdict stop_and_verify(LoadDriver& driver) {
    driver.stop();
    return verify_load(driver, server_.conninfo());
  }

  LoadSchema schema_;
  PostgresServer server_{{.major = 13, .durability = Durability::fast}};
  PgbouncerServer first_{{.entries = {{"app", entry_to(server_)}}}};
  PgbouncerServer second_{{.entries = {{"app", entry_to(server_)}}}};
};

TEST_F(Load, UndisturbedWritesAreAllThereOnce) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(120, 30s)) << to_text(stop_and_verify(driver));
  const LoadVerdict verdict = stop_and_verify(driver);
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict);
  EXPECT_GE(verdict.acknowledged, 480U);
  EXPECT_EQ(verdict.served_by,
            (std::map<std::string, std::uint64_t>{{identity_of(server_), verdict.acknowledged}}));
  EXPECT_GT(verdict.latency.p50, 0);
  EXPECT_GE(verdict.latency.max, verdict.latency.p99);
  EXPECT_EQ(verdict.longest_stalls.size(), 4U);
}

TEST_F(Load, AWriteThatIsMissingIsLost) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  driver.stop();
  server_.sql(
      "DELETE FROM load.write_0 WHERE ctid IN (SELECT ctid FROM load.write_0 WHERE NOT multi LIMIT "
      "1)");
  const LoadVerdict verdict = verify_load(driver, server_.conninfo());
  EXPECT_EQ(verdict.lost, 1U) << to_text(verdict);
  EXPECT_EQ(verdict.doubled, 0U);
  EXPECT_FALSE(verdict.is_clean());
}

TEST_F(Load, AWriteThatIsThereTwiceIsDoubled) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  driver.stop();
  server_.sql("INSERT INTO load.write_5 SELECT * FROM load.write_5 WHERE NOT multi LIMIT 1");
  const LoadVerdict verdict = verify_load(driver, server_.conninfo());
  EXPECT_EQ(verdict.doubled, 1U) << to_text(verdict);
  EXPECT_EQ(verdict.lost, 0U);
}

TEST_F(Load, AnIncrementThatRanTwiceIsDoubledAndOneUndoneIsLost) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  driver.stop();
  server_.sql("UPDATE load.client SET increments = increments + 1 WHERE client = 0");
  server_.sql("UPDATE load.client SET increments = increments - 1 WHERE client = 1");
  const LoadVerdict verdict = verify_load(driver, server_.conninfo());
  EXPECT_EQ(verdict.doubled, 1U) << to_text(verdict);
  EXPECT_EQ(verdict.lost, 1U);
}

TEST_F(Load, ARefusedWriteIsFailedAndNotLost) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  server_.sql("ALTER TABLE load.write_0 ADD CONSTRAINT never CHECK (false) NOT VALID");
  ASSERT_TRUE(eventually(30s, [&] { return driver.progress().failed > 0; }));
  server_.sql("ALTER TABLE load.write_0 DROP CONSTRAINT never");
  const LoadVerdict verdict = stop_and_verify(driver);
  EXPECT_GT(verdict.failed, 0U);
  EXPECT_EQ(verdict.unknown, 0U);
  EXPECT_EQ(verdict.lost + verdict.doubled + verdict.unexpected, 0U) << to_text(verdict);
}

TEST_F(Load, LostConnectionsAreFailedWritesAndTheLoadGoesOn) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  first_.kill9();
  ASSERT_TRUE(eventually(30s, [&] { return driver.progress().failed > 0; }));
  first_.start();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  const LoadVerdict verdict = stop_and_verify(driver);
  EXPECT_GT(verdict.failed, 0U);
  EXPECT_EQ(verdict.lost + verdict.doubled + verdict.unexpected, 0U) << to_text(verdict);
}

TEST_F(Load, AStallIsAsLongAsThePauseAndOthersGoOn) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(20, 30s));
  first_.console("PAUSE");
  const auto paused = LoadClock::now();
  const auto writes_of = [&](std::size_t client) {
    return driver.record(client).progress().acknowledged;
  };
  const std::uint64_t stalled = writes_of(0);
  const std::uint64_t going = writes_of(1);
  ASSERT_TRUE(eventually(
      30s, [&] { return writes_of(1) > going + 5 && LoadClock::now() - paused > 500ms; }));
  EXPECT_LE(writes_of(0), stalled + 1);
  first_.console("RESUME");
  ASSERT_TRUE(driver.everyone_wrote(5, 30s));
  const LoadVerdict verdict = stop_and_verify(driver);
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict);
  EXPECT_GE(verdict.longest_stalls.at(0), 495);
}

TEST_F(Load, RestingClientsWriteNothingUntilTheyAreToldToGoOn) {
  LoadDriver driver = drive();
  ASSERT_TRUE(driver.everyone_wrote(5, 30s));
  driver.rest();
  const auto told = LoadClock::now();
  ASSERT_TRUE(eventually(30s, [&] { return driver.writes_have_ended(told); }));
  const auto written = driver.progress().acknowledged;
  EXPECT_FALSE(driver.everyone_wrote(1, 300ms));
  EXPECT_EQ(driver.progress().acknowledged, written);
  driver.go_on();
  EXPECT_TRUE(driver.everyone_wrote(5, 30s));
  const LoadVerdict verdict = stop_and_verify(driver);
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict);
}

TEST_F(Load, LongTransactionsAreNoStallAndARateIsKept) {
  LoadDriver driver({.bouncers = {first_.conninfo("app")},
                     .schema = schema_,
                     .clients = 4,
                     .multi_statement_every = 2,
                     .long_transaction_clients = 1,
                     .long_transaction = 1500ms,
                     .writes_per_second = 100});
  const auto begin = LoadClock::now();
  ASSERT_TRUE(driver.everyone_wrote(4, 60s));
  driver.stop();
  const double seconds = milliseconds(LoadClock::now() - begin) / 1000;
  const LoadVerdict verdict = verify_load(driver, server_.conninfo());
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict);
  EXPECT_GE(seconds, 2 * 1.5 / 2);  // each lasts until the client's turn
  EXPECT_LT(static_cast<double>(verdict.acknowledged), 110 * seconds + 8);
  EXPECT_LT(verdict.longest_stall, 1500);
}

TEST_F(Load, ClientsOfARateTakeTurnsAlsoAfterARestAndAPause) {
  constexpr auto interval = 400ms;
  LoadDriver driver({.bouncers = {first_.conninfo("app")},
                     .schema = schema_,
                     .clients = 8,
                     .writes_per_second = 20});
  const auto expect_turns_from_now = [&] {
    const auto begin = LoadClock::now();
    ASSERT_TRUE(driver.everyone_wrote(5, 30s));
    expect_even(turns_taken(driver, interval, begin));
  };
  expect_turns_from_now();
  driver.rest();
  const auto told = LoadClock::now();
  ASSERT_TRUE(eventually(30s, [&] { return driver.writes_have_ended(told); }));
  driver.go_on();
  expect_turns_from_now();
  first_.console("PAUSE");
  ASSERT_TRUE(eventually(30s, [&] { return driver.longest_stall(told, LoadClock::now()) > 400; }));
  first_.console("RESUME");
  ASSERT_TRUE(driver.everyone_wrote(1, 30s));
  expect_turns_from_now();
}

TEST_F(Load, LongTransactionsEndInTurnAlsoAfterAPauseThatHeldThemAll) {
  constexpr auto length = 800ms;
  LoadDriver driver({.bouncers = {first_.conninfo("app")},
                     .schema = schema_,
                     .clients = 4,
                     .multi_statement_every = 1,
                     .long_transaction_clients = 4,
                     .long_transaction = length});
  ASSERT_TRUE(driver.everyone_wrote(1, 30s));
  first_.console("PAUSE");
  first_.console("RESUME");
  ASSERT_TRUE(driver.everyone_wrote(2, 30s));
  const auto begin = LoadClock::now();
  ASSERT_TRUE(driver.everyone_wrote(3, 30s));
  expect_even(turns_taken(driver, length, begin));
}

TEST_F(Load, WhatAPauseDelayedIsNotMadeUpForByABurst) {
  constexpr auto interval = 200ms;
  LoadDriver driver({.bouncers = {first_.conninfo("app")},
                     .schema = schema_,
                     .clients = 1,
                     .writes_per_second = 5});
  ASSERT_TRUE(driver.everyone_wrote(2, 30s));
  const auto before = LoadClock::now();
  first_.console("PAUSE");
  ASSERT_TRUE(
      eventually(30s, [&] { return driver.longest_stall(before, LoadClock::now()) > 500; }));
  first_.console("RESUME");
  ASSERT_TRUE(driver.everyone_wrote(4, 30s));
  const auto times = driver.record(0).times();
  const auto stalled = std::max_element(
      times.begin(), times.end(), [](auto& one, auto& other) { return one.taken < other.taken; });
  const auto resumed = stalled->begin + stalled->taken;
  EXPECT_EQ(1, std::count_if(times.begin(), times.end(), [&](const WriteTime& write) {
              return write.begin >= resumed && write.begin < resumed + interval;
            }));
}

TEST_F(Load, TheProgramSaysItsVerdictWhenToldToStop) {
  ChildProcess program(
      {.argv = {LOAD_DRIVER, "--bouncer", first_.conninfo("app"), "--green", server_.conninfo(),
                "--floor", first_.console_conninfo(), "--clients", "2"}});
  ASSERT_TRUE(eventually(30s, [&] { return !program.output().empty(); })) << program.errors();
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(30s), 0) << program.errors();
  EXPECT_NE(program.output().find("0 lost, 0 doubled, 0 failed\n"), std::string::npos)
      << program.output();
}

TEST_F(Load, TheProgramLeavesARecordOfEveryWriteAndAPlot) {
  const TemporaryDirectory directory;
  ChildProcess program(
      {.argv = {LOAD_DRIVER, "--bouncer", first_.conninfo("app"), "--green", server_.conninfo(),
                "--shape", "create", "--clients", "2", "--seconds", "1", "--csv",
                directory / "writes.csv", "--plot", directory / "writes.svg"}});
  ASSERT_EQ(program.wait(60s), 0) << program.errors();
  const std::string csv = read_file(directory / "writes.csv");
  EXPECT_EQ(csv.rfind("begin_ms,client,counter,taken_ms,fate,server\n", 0), 0U) << csv;
  EXPECT_NE(csv.find(",acknowledged," + identity_of(server_) + "\n"), std::string::npos) << csv;
  const std::string plot = read_file(directory / "writes.svg");
  EXPECT_NE(plot.find("<circle"), std::string::npos);
  EXPECT_NE(plot.find(">" + identity_of(server_) + "<"), std::string::npos);
  EXPECT_NE(program.output().find(" connections made\n"), std::string::npos) << program.output();
}

TEST_F(Load, TheProgramWritesNothingWhereItCouldNotJudge) {
  const TemporaryDirectory directory;
  const std::vector<std::string> writes_to_first = {LOAD_DRIVER, "--bouncer",
                                                    first_.conninfo("app"), "--seconds", "1"};
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.begin(), writes_to_first.begin(), writes_to_first.end());
    return run_program({.argv = more}, 60s).exit_code;
  };
  const std::string good = server_.conninfo();
  const std::string bad = "host=127.0.0.1 port=1 dbname=postgres";
  EXPECT_EQ(refused({"--green", bad}), 2);
  EXPECT_EQ(refused({"--green", good, "--blue", bad}), 2);
  EXPECT_EQ(refused({"--green", good, "--blue", good, "--tables", "500"}), 2);
  EXPECT_EQ(refused({"--green", good, "--csv", directory / "missing" / "writes.csv"}), 2);
  EXPECT_EQ(server_.sql("SELECT count(*) FROM load.client").value(), "0");
}

TEST_F(Load, TheProgramKeepsItsRecordWhereGreenHasGone) {
  const TemporaryDirectory directory;
  ChildProcess program({.argv = {LOAD_DRIVER, "--bouncer", first_.conninfo("app"), "--green",
                                 second_.conninfo("app"), "--csv", directory / "writes.csv"}});
  ASSERT_TRUE(eventually(30s, [&] {
    return server_.sql("SELECT 1 FROM load.client WHERE increments > 0 LIMIT 1").value() == "1";
  })) << program.errors();
  second_.stop();
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(30s), 2) << program.errors();
  EXPECT_NE(read_file(directory / "writes.csv").find(",acknowledged,\n"), std::string::npos);
}

TEST_F(Load, TheRecordOfAConstantLoadHasOneBeginningAndIsInOrder) {
  const TemporaryDirectory directory;
  const auto ended = run_program(
      {.argv = {LOAD_DRIVER, "--bouncer", first_.conninfo("app"), "--green", server_.conninfo(),
                "--shape", "constant", "--seconds", "1", "--csv", directory / "writes.csv"}},
      60s);
  ASSERT_EQ(ended.exit_code, 0) << ended.errors;
  std::istringstream csv(read_file(directory / "writes.csv"));
  std::string line;
  std::getline(csv, line);
  std::vector<double> begins;
  std::map<bool, double> first_of_long_ones;
  double begin = 0;
  char comma = 0;
  for (int client = 0; csv >> begin >> comma >> client && std::getline(csv, line);) {
    begins.push_back(begin);
    first_of_long_ones.try_emplace(client >= 4, begin);
  }
  ASSERT_FALSE(begins.empty());
  EXPECT_TRUE(std::is_sorted(begins.begin(), begins.end())) << testing::PrintToString(begins);
  EXPECT_EQ(begins.at(0), 0);
  EXPECT_NE(first_of_long_ones[true], first_of_long_ones[false]);
}

TEST(LoadVerdict, TellsTheLongestStallsOfTheClientsNotOnlyTheWorst) {
  LoadVerdict verdict;
  verdict.longest_stalls = {300, 20, 50};
  EXPECT_NE(to_text(verdict).find("min 20.0, median 50.0, max 300.0 ms (3 clients)"),
            std::string::npos)
      << to_text(verdict);
}

TEST(ClientRecord, AWritersOwnPauseIsNoStallWhileItLasts) {
  ClientRecord record(0);
  const auto before = LoadClock::now();
  record.begin_write();
  record.begin_pause();
  const auto paused = LoadClock::now();
  ASSERT_TRUE(eventually(5s, [&] { return LoadClock::now() > paused + 2 * (paused - before); }));
  EXPECT_LE(record.longest_stall(before, LoadClock::now()), paused - before);
  record.end_pause();
  record.end_write(WriteFate::acknowledged, "");
  EXPECT_LT(record.times().at(0).taken, LoadClock::now() - before);
}

TEST_F(Load, AFloorThatAConsoleRefusesLeavesTheOtherBouncersServing) {
  LoadDriver driver({.bouncers = {first_.conninfo("app")}, .schema = schema_, .clients = 2});
  second_.console("PAUSE");  // somebody else's: a second one is refused
  EXPECT_THROW(measure_floor(driver, {first_.console_conninfo(), second_.console_conninfo()}),
               std::runtime_error);
  EXPECT_TRUE(driver.everyone_wrote(5, 30s));
  EXPECT_NO_THROW(second_.console("RESUME")) << "somebody else's pause was ended";
}

TEST(LoadFloor, TwoBouncersAndSixteenWritersArePausedAndResumedWithoutAnError) {
  const LoadSchema schema{.tables = 30, .sequences = 30};
  const PostgresServer server({.major = 13});
  create_load_schema(server.conninfo(), schema);
  const PgbouncerServer first({.entries = {{"app", entry_to(server)}}});
  const PgbouncerServer second({.entries = {{"app", entry_to(server)}}});
  LoadDriver driver(
      {.bouncers = {first.conninfo("app"), second.conninfo("app")}, .schema = schema});
  const Floor floor = measure_floor(driver, {first.console_conninfo(), second.console_conninfo()});
  driver.stop();
  const LoadVerdict verdict = verify_load(driver, server.conninfo());
  EXPECT_TRUE(verdict.is_clean()) << to_text(verdict);
  EXPECT_GT(floor.held_ms, 0);
  EXPECT_GE(floor.longest_stall_ms, floor.held_ms / 2);
  std::cout << "floor: held " << floor.held_ms << " ms, longest stall " << floor.longest_stall_ms
            << " ms\n"
            << to_text(verdict);
}

}  // namespace
}  // namespace cutover::support
