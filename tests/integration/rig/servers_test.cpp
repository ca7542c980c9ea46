// Every PostgreSQL major and PgBouncer starts, answers, crashes and comes back.
#include <gtest/gtest.h>

#include "tests/support/eventually.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class EveryMajor : public testing::TestWithParam<int> {};

TEST_P(EveryMajor, AnswersWithItsVersionAndLogicalWal) {
  const PostgresServer server({.major = GetParam(), .durability = Durability::fast});
  const std::string version = server.sql("SHOW server_version_num").value();
  EXPECT_EQ(std::stoi(version) / 10000, GetParam());
  EXPECT_EQ(server.sql("SHOW wal_level").value(), "logical");
}

INSTANTIATE_TEST_SUITE_P(Rig, EveryMajor, testing::Values(12, 13, 15, 16, 17, 18));

TEST(PostgresServer, ACrashLosesNothingCommittedAndLeavesNoProcess) {
  PostgresServer server({.major = 13});
  server.sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
  SqlSession session(server.conninfo());
  const int backend = session.backend_pid();
  server.kill9();
  EXPECT_FALSE(server.is_running());
  const fs::path gone = "/proc/" + std::to_string(backend);
  EXPECT_TRUE(eventually(5s, [&] { return !fs::exists(gone); }));
  server.start();
  EXPECT_EQ(server.sql("SELECT id FROM kept").value(), "7");
}

TEST(PostgresServer, ItsDirectoryGoesWithIt) {
  fs::path data;
  {
    PostgresServer server({.durability = Durability::fast});
    data = server.data_directory();
    EXPECT_TRUE(fs::exists(data));
  }
  EXPECT_FALSE(fs::exists(data.parent_path()));
}

TEST(PostgresServer, ScramRefusesAWrongPassword) {
  const PostgresServer server(
      {.durability = Durability::fast, .authentication = Authentication::scram});
  EXPECT_EQ(server.sql("SELECT 1").value(), "1");
  const SqlSession wrong(server.conninfo() + "x");
  EXPECT_FALSE(wrong.is_open());
}

TEST(PostgresServer, BlueAndGreenOfOneMajorAreDifferentClusters) {
  const PostgresServer blue({.cluster = "blue", .durability = Durability::fast});
  const PostgresServer green({.cluster = "green", .durability = Durability::fast});
  const std::string identifier = "SELECT system_identifier FROM pg_control_system()";
  EXPECT_NE(blue.sql(identifier).value(), green.sql(identifier).value());
}

std::string entry_to(const PostgresServer& server) {
  return "host=127.0.0.1 port=" + std::to_string(server.port()) + " dbname=postgres user=postgres";
}

TEST(PgbouncerServer, ServesClientsAndItsConsole) {
  const PostgresServer postgres({.durability = Durability::fast});
  PgbouncerServer pgbouncer({.entries = {{"app", entry_to(postgres)}}});
  const std::string port = std::to_string(postgres.port());
  EXPECT_EQ(run_sql(pgbouncer.conninfo("app"), "SELECT inet_server_port()").value(), port);
  EXPECT_EQ(pgbouncer.console("SHOW VERSION").value().substr(0, 9), "PgBouncer");
  pgbouncer.kill9();
  EXPECT_FALSE(pgbouncer.is_running());
  pgbouncer.start();
  EXPECT_EQ(run_sql(pgbouncer.conninfo("app"), "SELECT 1").value(), "1");
}

TEST(PgbouncerServer, EveryLayoutOfTheIniServes) {
  const PostgresServer postgres({.durability = Durability::fast});
  for (const IniLayout layout : {IniLayout::plain, IniLayout::included, IniLayout::linked}) {
    const PgbouncerServer pgbouncer({.entries = {{"app", entry_to(postgres)}},
                                     .green_entries = {{"app", "host=127.0.0.1 port=1"}},
                                     .layout = layout});
    EXPECT_EQ(run_sql(pgbouncer.conninfo("app"), "SELECT 1").value(), "1");
    EXPECT_EQ(fs::is_symlink(pgbouncer.ini_path()), layout == IniLayout::linked);
  }
}

TEST(PgbouncerServer, ScramHoldsTowardsClientsAndServers) {
  const PostgresServer postgres(
      {.durability = Durability::fast, .authentication = Authentication::scram});
  const std::string entry = "host=127.0.0.1 port=" + std::to_string(postgres.port());
  const PgbouncerServer pgbouncer(
      {.entries = {{"postgres", entry}}, .authentication = Authentication::scram});
  EXPECT_EQ(run_sql(pgbouncer.conninfo("postgres", "postgres"), "SELECT 1").value(), "1");
  EXPECT_FALSE(SqlSession(pgbouncer.conninfo("postgres", "postgres") + "x").is_open());
  EXPECT_EQ(pgbouncer.console("SHOW USERS").columns.at(0), "name");
}

TEST(PgbouncerServer, TwoProcessesShareAPort) {
  const PostgresServer postgres({.durability = Durability::fast});
  const PgbouncerServer first(
      {.entries = {{"app", entry_to(postgres)}}, .settings = {{"so_reuseport", "1"}}});
  const PgbouncerServer second({.entries = {{"app", entry_to(postgres)}}, .port = first.port()});
  EXPECT_NE(first.socket_directory(), second.socket_directory());
  EXPECT_EQ(run_sql(second.conninfo("app"), "SELECT 1").value(), "1");
}

}  // namespace
}  // namespace cutover::support
