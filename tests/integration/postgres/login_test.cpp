// Connection::connect: what is set, and how failures read.
#include <filesystem>
#include <iterator>

#include "tests/integration/postgres/server_test.h"
#include "tests/support/free_port.h"
#include "tests/support/scoped_environment.h"

namespace cutover::postgres {
namespace {

using namespace std::chrono_literals;

class Login : public ServerTest {
 protected:
  std::string with(const std::string& keyword, const std::string& value) {
    return with_parameters(conninfo(), {{keyword, value}}).value();
  }
  Failure failure_of(const std::string& conninfo, ConnectOptions options = {}) {
    auto connection = run(Connection::connect(conninfo, std::move(options)));
    EXPECT_FALSE(connection);
    return connection ? Failure() : connection.error();
  }
  std::string show(Connection& connection, const std::string& setting) {
    return run(connection.query("SELECT current_setting($1) AS s", {setting})).value().text(0, "s");
  }
};

TEST_F(Login, AnOpenConnectionKnowsItsServer) {
  auto connection = connected();
  EXPECT_TRUE(connection.is_open());
  EXPECT_EQ(connection.server_version() / 10000, 15);
  EXPECT_TRUE(connection.parameter("server_version").starts_with("15."));
  EXPECT_EQ(connection.parameter("nonsense"), "");
  const auto rows = run(connection.query("SELECT pg_backend_pid() AS pid")).value();
  EXPECT_EQ(rows.text(0, "pid"), std::to_string(connection.backend_pid()));
}

TEST_F(Login, SettingsHoldForTheSession) {
  ConnectOptions options;
  options.settings = {{"default_transaction_read_only", "on"}, {"cutover.note", "it's \\ here"}};
  auto connection = connected(options);
  EXPECT_EQ(show(connection, "default_transaction_read_only"), "on");
  EXPECT_EQ(show(connection, "cutover.note"), "it's \\ here");
}

TEST_F(Login, ASettingThatTheServerRefusesFailsTheLogin) {
  ConnectOptions options;
  options.settings = {{"nonsense", "1"}};
  EXPECT_EQ(failure_of(conninfo(), options).sqlstate, "42704");
}

TEST_F(Login, TheApplicationNameIsOursWhateverTheConninfoSays) {
  ConnectOptions options;
  options.application_name = "cutover test";
  auto ours = connected(options);
  EXPECT_EQ(show(ours, "application_name"), "cutover test");
  auto theirs = run(Connection::connect(with("application_name", "theirs"), options)).value();
  EXPECT_EQ(show(theirs, "application_name"), "cutover test");
}

TEST_F(Login, ADatabaseThatIsReadOnlyByDefaultIsReachedAlsoWhereReadWriteIsAskedFor) {
  auto before = connected();
  ASSERT_TRUE(run(before.query("ALTER DATABASE postgres SET default_transaction_read_only = on")));
  auto by_conninfo = run(Connection::connect(with("target_session_attrs", "read-write")));
  EXPECT_TRUE(by_conninfo) << to_text(by_conninfo.error());
  const support::ScopedEnvironment environment(
      support::Variables{{"PGTARGETSESSIONATTRS", "read-write"}});
  auto by_environment = run(Connection::connect(conninfo()));
  EXPECT_TRUE(by_environment) << to_text(by_environment.error());
  ASSERT_TRUE(run(before.query("ALTER DATABASE postgres RESET default_transaction_read_only")));
}

TEST_F(Login, AWrongPasswordIsNamedButNotShown) {
  const auto failure = failure_of(with("password", "hunter2"));
  EXPECT_EQ(failure.sqlstate, "28P01");
  EXPECT_NE(failure.what.find("password authentication failed"), std::string::npos) << failure.what;
  EXPECT_NE(failure.what.find(std::to_string(server_->port())), std::string::npos);
  EXPECT_NE(failure.hint.find(".pgpass"), std::string::npos);
  EXPECT_EQ(to_text(failure).find("hunter2"), std::string::npos);
}

TEST_F(Login, AMissingPasswordPointsToPgpass) {
  const auto failure =
      failure_of(server_->conninfo("postgres", "stranger") + " passfile=/nonexistent/pgpass");
  EXPECT_NE(failure.what.find("no password supplied"), std::string::npos) << failure.what;
  EXPECT_NE(failure.hint.find("~/.pgpass"), std::string::npos);
}

TEST_F(Login, AMissingDatabaseHasItsSqlstate) {
  const auto failure = failure_of(with("dbname", "nowhere"));
  EXPECT_EQ(failure.sqlstate, "3D000");
  EXPECT_NE(failure.hint.find("dbname"), std::string::npos);
  EXPECT_EQ(failure.what.find("LOCATION"), std::string::npos);
  EXPECT_EQ(failure.what.find("3D000"), std::string::npos) << failure.what;
}

TEST_F(Login, AClosedPortIsRefusedWithItsAddress) {
  const support::FreePort port;
  const auto failure = failure_of(with("port", std::to_string(port.number())));
  EXPECT_NE(failure.what.find("Connection refused"), std::string::npos) << failure.what;
  EXPECT_NE(failure.what.find(std::to_string(port.number())), std::string::npos);
  EXPECT_NE(failure.hint, "");
}

TEST_F(Login, TheNextHostIsTriedWhenOneRefuses) {
  const support::FreePort closed;
  const auto ports = std::to_string(closed.number()) + "," + std::to_string(server_->port());
  const auto both = with_parameters(conninfo(), {{"host", "127.0.0.1,127.0.0.1"}, {"port", ports}});
  EXPECT_TRUE(run(Connection::connect(both.value())));
}

TEST_F(Login, AnUnreadableConninfoIsAFailureWithoutItsText) {
  const auto failure = failure_of("host=127.0.0.1 password=hunter2 hunter2");
  EXPECT_EQ(to_text(failure).find("hunter2"), std::string::npos);
  EXPECT_NE(failure.hint, "");
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return std::distance(begin(descriptors), end(descriptors));
}

TEST_F(Login, AClosedConnectionLeavesNoDescriptorBehind) {
  connected();
  const auto before = open_descriptors();
  for (int i = 0; i < 5; ++i) connected();
  failure_of(with("password", "wrong"));
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace cutover::postgres
