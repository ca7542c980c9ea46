// PgBouncer's console, which understands the simple protocol only.
#include "tests/integration/postgres/server_test.h"
#include "tests/support/pgbouncer_server.h"

namespace cutover::postgres {
namespace {

class Console : public ServerTest {
 protected:
  Console() : pgbouncer_(options()) {}

  static support::PgbouncerOptions options() {
    support::PgbouncerOptions options;
    options.entries = {{"app", "host=127.0.0.1 port=" + std::to_string(server_->port())}};
    return options;
  }

  support::PgbouncerServer pgbouncer_;
};

TEST_F(Console, CommandsAnswerWithTagsAndRows) {
  ConnectOptions options;
  options.peer_timeout = std::chrono::seconds(3);
  auto console = run(Connection::connect(pgbouncer_.console_conninfo(), options)).value();
  const auto databases = run(console.script("SHOW DATABASES")).value();
  ASSERT_EQ(databases.size(), 1u);
  EXPECT_GE(databases[0].size(), 1u);
  EXPECT_EQ(databases[0].tag(), "SHOW");
  EXPECT_EQ(run(console.script("PAUSE")).value().at(0).tag(), "PAUSE");
  EXPECT_EQ(run(console.script("RESUME")).value().at(0).tag(), "RESUME");
}

TEST_F(Console, ARefusedCommandIsAFailureAndTheConsoleGoesOn) {
  auto console = run(Connection::connect(pgbouncer_.console_conninfo())).value();
  const auto refused = run(console.script("PAUSE nothing_of_this_name"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what, "");
  EXPECT_FALSE(refused.error().lost);
  EXPECT_TRUE(run(console.script("SHOW VERSION")));
}

TEST_F(Console, AStoppedPgbouncerIsALostConnection) {
  auto console = run(Connection::connect(pgbouncer_.console_conninfo())).value();
  pgbouncer_.kill9();
  const auto lost = run(console.script("SHOW VERSION"));
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().lost);
}

}  // namespace
}  // namespace cutover::postgres
