// Connections that end in the middle: terminated, killed, cancelled, closed by ourselves.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "common/async/within.h"
#include "tests/integration/postgres/server_test.h"
#include "tests/support/eventually.h"

namespace cutover::postgres {
namespace {

using namespace std::chrono_literals;

class Loss : public ServerTest {
 protected:
  Connection connection_ = connected();

  bool session_exists(int pid) {
    return server_->sql("SELECT 1 FROM pg_stat_activity WHERE pid = " + std::to_string(pid))
               .value() == "1";
  }
  void terminate(int pid) {
    server_->sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    ASSERT_TRUE(support::eventually(5s, [&] { return !session_exists(pid); }));
  }
};

TEST_F(Loss, ATerminatedIdleSessionSaysWhyAndIsLost) {
  terminate(connection_.backend_pid());
  const auto answer = run(connection_.query("SELECT 1"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sqlstate, "57P01");
  EXPECT_TRUE(answer.error().lost);
  EXPECT_FALSE(connection_.is_open());
  EXPECT_EQ(connection_.backend_pid(), 0);
}

TEST_F(Loss, AClosedConnectionAnswersThatItIsClosed) {
  connection_.close();
  connection_.close();
  EXPECT_TRUE(run(connection_.query("SELECT 1")).error().lost);
  EXPECT_TRUE(run(connection_.script("SELECT 1")).error().lost);
  EXPECT_TRUE(run(connection_.pipeline({{"SELECT 1"}})).error().lost);
  EXPECT_FALSE(Connection().is_open());
}

TEST_F(Loss, ATerminatedStatementIsLostToo) {
  auto suicide = run(connection_.query("SELECT pg_terminate_backend(pg_backend_pid())"));
  ASSERT_FALSE(suicide);
  EXPECT_EQ(suicide.error().sqlstate, "57P01");
  EXPECT_TRUE(suicide.error().lost);
  EXPECT_FALSE(connection_.is_open());
}

TEST_F(Loss, APipelineWhoseSessionEndsIsLost) {
  const std::vector<Statement> statements = {
      {"SELECT 1"}, {"SELECT pg_terminate_backend(pg_backend_pid())"}, {"SELECT 2"}};
  const auto answer = run(connection_.pipeline(statements));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sqlstate, "57P01");
  EXPECT_TRUE(answer.error().lost);
}

TEST_F(Loss, AnIdleTransactionThatTheServerEndsSaysWhy) {
  ASSERT_TRUE(run(connection_.script("SET idle_in_transaction_session_timeout = '10ms'; BEGIN")));
  const int pid = connection_.backend_pid();
  ASSERT_TRUE(support::eventually(5s, [&] { return !session_exists(pid); }));
  const auto answer = run(connection_.query("COMMIT"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sqlstate, "25P03");
  EXPECT_TRUE(answer.error().lost);
}

TEST_F(Loss, ACancelledCallClosesItsConnectionAndDoesNotWait) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = run(within(50ms, connection_.query("SELECT pg_sleep(30)")));
  EXPECT_FALSE(answer);
  EXPECT_FALSE(connection_.is_open());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(Loss, ACallWithinItsTimeLeavesTheConnectionOpen) {
  const auto answer = run(within(5s, connection_.query("SELECT 1 AS n")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->value().text(0, "n"), "1");
  EXPECT_TRUE(connection_.is_open());
}

/// Closes it once the server works on its statement.
Task<int> close_when_asleep(Connection& connection, support::PostgresServer& server) {
  EXPECT_TRUE(falls_asleep(server, connection.backend_pid()));
  connection.close();
  co_return 0;
}

Task<Answer<Rows>> query_and_close(Connection& connection, support::PostgresServer& server) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  auto both = connection.query("SELECT pg_sleep(30)") && close_when_asleep(connection, server);
  auto results = co_await std::move(both);
  co_return std::move(std::get<0>(results));
}

TEST_F(Loss, ClosingEndsTheCallInFlight) {
  const auto answer = run(within(5s, query_and_close(connection_, *server_)));
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_TRUE(answer->error().lost);
}

class Crash : public ServerTest {};

TEST_F(Crash, AKilledServerIsALostConnection) {
  auto connection = connected();
  server_->kill9();
  const auto answer = run(within(5s, connection.query("SELECT 1")));
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_TRUE(answer->error().lost);
  EXPECT_NE(answer->error().what, "");
  EXPECT_FALSE(connection.is_open());
}

}  // namespace
}  // namespace cutover::postgres
