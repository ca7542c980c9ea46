// A server that is gone without a word is noticed within ConnectOptions::peer_timeout.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "common/async/within.h"
#include "tests/integration/postgres/deaf_proxy.h"
#include "tests/integration/postgres/server_test.h"

namespace cutover::postgres {
namespace {

using namespace std::chrono_literals;

class DeadPeer : public ServerTest {
 protected:
  DeadPeer() : proxy_(server_->port()) {
    ConnectOptions options;
    options.peer_timeout = 1s;
    const auto through_proxy = with_parameters(
        conninfo(), {{"host", "127.0.0.1"}, {"port", std::to_string(proxy_.port())}});
    connection_ = run(Connection::connect(through_proxy.value(), options)).value();
  }

  DeafProxy proxy_;
  Connection connection_;
};

TEST_F(DeadPeer, AStatementThatIsNeverAcknowledgedIsLost) {
  proxy_.play_dead();
  const auto answer = run(within(8s, connection_.query("SELECT 1")));
  ASSERT_TRUE(answer) << "not noticed";
  ASSERT_FALSE(*answer);
  EXPECT_TRUE(answer->error().lost);
  EXPECT_NE(answer->error().what.find("timed out"), std::string::npos) << answer->error().what;
}

/// Goes deaf once the server works on the statement of that backend.
Task<int> play_dead_when_asleep(DeafProxy& proxy, support::PostgresServer& server,
                                int backend_pid) {
  EXPECT_TRUE(falls_asleep(server, backend_pid));
  proxy.play_dead();
  co_return 0;
}

Task<Answer<Rows>> query_a_dying_server(Connection& connection, DeafProxy& proxy,
                                        support::PostgresServer& server) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  auto both = connection.query("SELECT pg_sleep(30)") &&
              play_dead_when_asleep(proxy, server, connection.backend_pid());
  auto results = co_await std::move(both);
  co_return std::move(std::get<0>(results));
}

TEST_F(DeadPeer, AServerThatDiesBeforeItAnswersIsLost) {
  const auto answer = run(within(10s, query_a_dying_server(connection_, proxy_, *server_)));
  ASSERT_TRUE(answer) << "not noticed";
  ASSERT_FALSE(*answer);
  EXPECT_TRUE(answer->error().lost);
}

TEST_F(DeadPeer, ASendThatBlocksCanBeCancelled) {
  proxy_.play_dead();
  const Parameters large = {std::string(64 << 20, 'x')};
  const auto answer = run(within(200ms, connection_.query("SELECT length($1)", large)));
  EXPECT_FALSE(answer);
  EXPECT_FALSE(connection_.is_open());
}

TEST_F(DeadPeer, ALoginThatIsNeverAnsweredEndsAtItsLimit) {
  // The proxy serves one client: this one is in its listener's queue.
  ConnectOptions options;
  options.timeout = 300ms;
  const auto login =
      with_parameters(conninfo(), {{"host", "127.0.0.1"}, {"port", std::to_string(proxy_.port())}});
  const auto answer = run(Connection::connect(login.value(), options));
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().what.find("within 300 ms"), std::string::npos) << answer.error().what;
  EXPECT_NE(answer.error().what.find(std::to_string(proxy_.port())), std::string::npos);
}

}  // namespace
}  // namespace cutover::postgres
