// A few sessions and a queue in front of them. They live on one thread, so there are no locks.
#include "controller/checks/read_only_server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <random>

#include "common/async/gather.h"

namespace cutover {

using postgres::Connection;

class ReadOnlyServer::Sessions {
 public:
  Sessions(std::vector<Connection> connections, const boost::asio::any_io_executor& executor)
      : connections_(std::move(connections)),
        freed_(executor, boost::asio::steady_timer::time_point::max()) {
    for (auto& connection : connections_) idle_.push_back(&connection);
  }

  /// Gives its session back, also when the asking coroutine is destroyed.
  class Loan {
   public:
    Loan(Sessions& sessions, Connection* connection)
        : sessions_(sessions), connection_(connection) {}
    Loan(const Loan&) = delete;
    ~Loan() { sessions_.give_back(connection_); }
    Connection& connection() const { return *connection_; }

   private:
    Sessions& sessions_;
    Connection* connection_;
  };

  Task<Connection*> borrow() {
    while (idle_.empty() && lent_ > 0) {
      auto wait = freed_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      co_await std::move(wait);
    }
    if (idle_.empty()) co_return nullptr;
    Connection* connection = idle_.back();
    idle_.pop_back();
    ++lent_;
    co_return connection;
  }

  void give_back(Connection* connection) {
    --lent_;
    if (connection->is_open()) idle_.push_back(connection);
    freed_.cancel();  // wakes every waiter; the first takes it
  }

  const std::vector<Connection>& connections() const { return connections_; }

  std::int64_t beacon = 0;
  int version = 0;
  std::string own_pids;

 private:
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::size_t lent_ = 0;
  boost::asio::steady_timer freed_;
};

namespace {

postgres::ConnectOptions connect_options(const ServerOptions& options) {
  postgres::ConnectOptions connect;
  connect.application_name = "cutover checks";
  connect.timeout = options.connect_timeout;
  connect.peer_timeout = options.connect_timeout;
  // The last five make both majors print values alike.
  connect.settings = {{"default_transaction_read_only", "on"},
                      {"statement_timeout", std::to_string(options.statement_timeout.count())},
                      {"lock_timeout", "1000"},
                      {"search_path", "pg_catalog"},
                      {"TimeZone", "UTC"},
                      {"DateStyle", "ISO"},
                      {"IntervalStyle", "postgres"},
                      {"bytea_output", "hex"},
                      {"extra_float_digits", "1"}};
  return connect;
}

std::int64_t random_key() {
  std::random_device device;
  const std::uint64_t high = device();
  return static_cast<std::int64_t>((high << 32U) ^ device());
}

/// What opening found: every session, or why there is none.
struct Opened {
  std::vector<Connection> connections;
  std::optional<Error> failure;
};

Task<Opened> open_connections(const ServerOptions& options) {
  std::vector<Task<postgres::Answer<Connection>>> attempts;
  for (std::size_t i = 0; i < options.sessions; ++i)
    attempts.push_back(Connection::connect(options.conninfo, connect_options(options)));
  auto answers = co_await gather(std::move(attempts));
  Opened opened;
  for (auto& answer : answers) {
    if (answer)
      opened.connections.push_back(std::move(*answer));
    else
      opened.failure = answer.error();
  }
  co_return opened;
}

Task<Result<std::int64_t>> light_beacon(Connection& connection) {
  const std::int64_t key = random_key();
  postgres::Parameters parameters;
  parameters.emplace_back(std::to_string(key));
  const auto rows =
      co_await connection.query("SELECT pg_try_advisory_lock($1::bigint)", std::move(parameters));
  if (!rows) co_return static_cast<Error>(rows.error());
  if (rows->at(0, std::size_t{0}) != "t")
    co_return Error{"an advisory lock with a random key is taken"};
  co_return key;
}

}  // namespace

ReadOnlyServer::ReadOnlyServer(std::string name, Error why_not)
    : name_(std::move(name)), why_not_(std::move(why_not)) {}

Task<ReadOnlyServer> ReadOnlyServer::open(ServerOptions options) {
  auto opened = co_await open_connections(options);
  if (opened.connections.empty()) {
    Error why = opened.failure.value_or(Error{"no session was asked for"});
    co_return ReadOnlyServer(options.name, within_context(options.name, std::move(why)));
  }
  const auto beacon = co_await light_beacon(opened.connections.front());
  if (!beacon) co_return ReadOnlyServer(options.name, within_context(options.name, beacon.error()));
  const auto executor = co_await boost::asio::this_coro::executor;
  ReadOnlyServer server(options.name, Error{});
  auto sessions = std::make_shared<Sessions>(std::move(opened.connections), executor);
  sessions->beacon = *beacon;
  sessions->version = sessions->connections().front().server_version();
  for (const auto& connection : sessions->connections())
    sessions->own_pids +=
        (sessions->own_pids.empty() ? "{" : ",") + std::to_string(connection.backend_pid());
  sessions->own_pids += "}";
  server.sessions_ = std::move(sessions);
  co_return server;
}

Task<Result<postgres::Rows>> ReadOnlyServer::ask(std::string sql) const {
  return ask(std::move(sql), postgres::Parameters());
}

Task<Result<postgres::Rows>> ReadOnlyServer::ask(std::string sql,
                                                 postgres::Parameters parameters) const {
  if (!sessions_) co_return why_not_;
  const auto sessions = sessions_;
  Connection* connection = co_await sessions->borrow();
  if (connection == nullptr) co_return Error{name_ + ": every session to it was lost"};
  const Sessions::Loan loan(*sessions, connection);
  auto rows = co_await loan.connection().query(std::move(sql), std::move(parameters));
  if (!rows) co_return within_context(name_, static_cast<Error>(rows.error()));
  co_return std::move(*rows);
}

int ReadOnlyServer::version() const {
  return sessions_ ? sessions_->version : 0;
}
std::vector<int> ReadOnlyServer::backend_pids() const {
  std::vector<int> pids;
  if (!sessions_) return pids;
  for (const auto& connection : sessions_->connections()) pids.push_back(connection.backend_pid());
  return pids;
}
std::string ReadOnlyServer::own_pids() const {
  return sessions_ ? sessions_->own_pids : "{}";
}
std::int64_t ReadOnlyServer::beacon() const {
  return sessions_ ? sessions_->beacon : 0;
}

std::string server_by_beacon_sql(const ReadOnlyServer& blue, const ReadOnlyServer& green) {
  // pg_locks shows a 64-bit key in two halves, unsigned, and objsubid 1 says that it was one key.
  constexpr auto form = R"sql(
    SELECT coalesce(
      (SELECT CASE WHEN key = {blue} THEN 'blue' ELSE 'green' END
         FROM (SELECT (l.classid::bigint << 32) | l.objid::bigint AS key
                 FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted) held
        WHERE key IN ({blue}, {green})
        ORDER BY 1
        LIMIT 1), 'neither'))sql";
  const auto key = [](const ReadOnlyServer& server) {
    return server.is_reachable() ? fmt::format("({})", server.beacon()) : std::string("NULL");
  };
  return fmt::format(form, fmt::arg("blue", key(blue)), fmt::arg("green", key(green)));
}

}  // namespace cutover
