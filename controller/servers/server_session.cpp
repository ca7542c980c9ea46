#include "controller/servers/server_session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace cutover {
namespace {

using postgres::Answer;
using postgres::Failure;
using postgres::Rows;

/// Only those the server knows are set, and a role may own any of them: names must not depend on a
/// search path, texts not on a locale, no limit of the role may end a session of ours, and a
/// catalogue query of a few milliseconds must not be compiled for a hundred.
constexpr const char* settings_sql = R"(
SELECT set_config(known.name, wanted.value, false)
FROM (VALUES
  ('default_transaction_read_only', $1), ('default_transaction_isolation', 'read committed'),
  ('search_path', 'pg_catalog'), ('synchronous_commit', 'on'), ('jit', 'off'),
  ('lock_timeout', '900ms'), ('statement_timeout', '0'), ('idle_session_timeout', '0'),
  ('transaction_timeout', '0'), ('idle_in_transaction_session_timeout', '60s'),
  ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'),
  ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('lc_monetary', 'C'),
  ('quote_all_identifiers', 'off'),
  ('client_min_messages', 'warning'), ('row_security', 'on')) AS wanted(name, value)
JOIN pg_catalog.pg_settings AS known ON known.name = wanted.name)";

Failure at(const std::string& place, Failure failure) {
  failure.what = place + ": " + failure.what;
  return failure;
}

}  // namespace

struct ServerSession::Waiter {
  Waiter(std::list<Waiter*>& queue, const boost::asio::any_io_executor& executor)
      : timer(executor, boost::asio::steady_timer::time_point::max()),
        queue(queue),
        place(queue.insert(queue.end(), this)) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { queue.erase(place); }

  boost::asio::steady_timer timer;
  std::list<Waiter*>& queue;
  std::list<Waiter*>::iterator place;
};

class ServerSession::Turn {
 public:
  explicit Turn(ServerSession& session) : session_(session) { session_.busy_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    session_.busy_ = false;
    for (auto* waiter : session_.waiters_) waiter->timer.cancel();
  }

 private:
  ServerSession& session_;
};

ServerSession::ServerSession(SessionOptions options) : options_(std::move(options)) {}

/// Woken and cancelled look the same; a cancelled coroutine throws at its next co_await.
Task<void> ServerSession::wait_for_turn() {
  const auto executor = co_await boost::asio::this_coro::executor;
  while (busy_) {
    Waiter waiter(waiters_, executor);
    auto woken = waiter.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(woken);
  }
}

Task<std::optional<Failure>> ServerSession::log_in() {
  if (connection_.is_open()) co_return std::nullopt;
  postgres::ConnectOptions options;
  options.application_name = options_.application_name;
  options.timeout = options_.login_timeout;
  options.peer_timeout = options_.peer_timeout;
  auto connected = co_await postgres::Connection::connect(options_.conninfo, options);
  if (!connected) co_return at(options_.place, connected.error());
  connection_ = std::move(*connected);
  backend_pid_ = connection_.backend_pid();
  const bool read_only = options_.access == SessionAccess::read_only;
  const postgres::Parameters values(1, read_only ? "on" : "off");
  const auto set = co_await connection_.query(settings_sql, values);
  if (set) co_return std::nullopt;
  connection_.close();
  co_return at(options_.place, set.error());
}

Task<std::optional<Error>> ServerSession::open() {
  co_await wait_for_turn();
  const Turn turn(*this);
  const auto failure = co_await log_in();
  if (failure) co_return Error(*failure);
  co_return std::nullopt;
}

Task<Answer<Rows>> ServerSession::query(std::string sql) {
  return query(std::move(sql), postgres::Parameters());
}

Task<Answer<Rows>> ServerSession::query(std::string sql, postgres::Parameters values) {
  co_await wait_for_turn();
  const Turn turn(*this);
  const auto failure = co_await log_in();
  if (failure) co_return *failure;
  auto answer = co_await connection_.query(std::move(sql), std::move(values));
  if (!answer) co_return at(options_.place, answer.error());
  co_return std::move(answer);
}

Task<Answer<std::vector<Rows>>> ServerSession::script(std::string sql) {
  co_await wait_for_turn();
  const Turn turn(*this);
  const auto failure = co_await log_in();
  if (failure) co_return *failure;
  auto answer = co_await connection_.script(std::move(sql));
  if (!answer) co_return at(options_.place, answer.error());
  co_return std::move(answer);
}

Task<Answer<std::vector<Rows>>> ServerSession::script_in_transaction(std::string sql) {
  co_await wait_for_turn();
  const Turn turn(*this);
  auto answer = co_await connection_.script(std::move(sql));
  if (!answer) co_return at(options_.place, answer.error());
  co_return std::move(answer);
}

}  // namespace cutover
