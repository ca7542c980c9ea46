// One libpq connection driven by Asio: every call is a coroutine, no call blocks the thread (name
// resolution by libpq excepted).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"

namespace cutover::postgres {

/// Why a statement or a connection failed.
struct Failure : Error {
  /// Five characters when the server refused; empty when it did not answer.
  std::string sqlstate = {};
  /// The connection is gone or unusable: the effect of what was sent is unknown.
  bool lost = false;
};

template <class T>
using Answer = boost::system::result<T, Failure>;

[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location&);

/// The result of one statement, all values in text form. Views into it live as long as a copy of
/// it does.
class Rows {
 public:
  struct Impl;
  Rows() = default;  ///< no rows, no columns
  explicit Rows(std::shared_ptr<const Impl> impl);

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  std::size_t columns() const;
  std::string_view column_name(std::size_t column) const;
  /// NULL is nullopt. An unknown column name is a programmer error (throws std::logic_error).
  std::optional<std::string_view> at(std::size_t row, std::string_view column) const;
  std::optional<std::string_view> at(std::size_t row, std::size_t column) const;
  /// The value as text, NULL as "".
  std::string text(std::size_t row, std::string_view column) const;
  /// The command tag: "PAUSE", "UPDATE 1", "SELECT 3".
  std::string_view tag() const;
  /// Rows that INSERT, UPDATE or DELETE changed; 0 for others.
  std::size_t affected() const;

 private:
  std::shared_ptr<const Impl> impl_;
};

using Parameters = std::vector<std::optional<std::string>>;

/// One statement of a pipeline.
struct Statement {
  std::string sql;
  Parameters parameters = {};
};

struct ConnectOptions {
  std::string application_name = "cutover";  ///< whatever the conninfo says
  std::chrono::milliseconds timeout{5000};   ///< for the whole login
  /// Keepalives and tcp_user_timeout so that a dead peer is noticed within this; 0 leaves libpq's
  /// defaults. Idle connections notice with a resolution of a second, at the earliest after two.
  std::chrono::milliseconds peer_timeout{0};
  /// SET for the session right after login, e.g. {"default_transaction_read_only", "off"}; values
  /// are quoted here.
  std::vector<std::pair<std::string, std::string>> settings = {};
};

class Session;

// Overloads instead of default arguments: g++ 12 copies a braced default bytewise inside co_await.
class Connection {
 public:
  Connection() noexcept;  ///< closed

  /// `conninfo` is libpq's (key=value or URI); passwords come from libpq's own places. Messages
  /// never show a password.
  static Task<Answer<Connection>> connect(std::string conninfo);
  static Task<Answer<Connection>> connect(std::string conninfo, ConnectOptions options);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// One statement by the extended protocol with text parameters ($1 …).
  Task<Answer<Rows>> query(std::string sql);
  Task<Answer<Rows>> query(std::string sql, Parameters parameters);
  /// One or more statements by the simple protocol, the result of each; an error stops at the first
  /// that failed and rolls an implicit transaction back. This is the only form PgBouncer's console
  /// understands (one command each).
  Task<Answer<std::vector<Rows>>> script(std::string sql);

  /// Many statements in one round trip and one implicit transaction; all results, or the error of
  /// the first that failed (nothing of them then took effect). Not for PgBouncer's console.
  Task<Answer<std::vector<Rows>>> pipeline(std::vector<Statement> statements);

  bool is_open() const;
  int backend_pid() const;
  /// 150004 for 15.4; PgBouncer says its own. 0 when closed.
  int server_version() const;
  /// Parameter status as reported ("server_version", "in_hot_standby" …); "" when unknown.
  std::string parameter(const char* name) const;
  /// Never blocks. A call in flight in another coroutine ends with a Failure that says lost.
  void close();

 private:
  explicit Connection(std::unique_ptr<Session> session) noexcept;
  std::unique_ptr<Session> session_;
};
// A call that was cancelled, by within() for one, leaves its connection closed: what was sent may
// still take effect. One call at a time: a second one beside it throws std::logic_error.

/// 'it''s', as a standard-conforming string literal (E'' form where a backslash needs it).
std::string quote_literal(std::string_view text);
/// "it""s"
std::string quote_identifier(std::string_view name);
/// The conninfo without its password, for messages; unreadable input gives "(unreadable conninfo)".
std::string without_password(const std::string& conninfo);
/// conninfo with some parameters replaced or added, e.g. {{"dbname", "x"}}.
Result<std::string> with_parameters(
    const std::string& conninfo,
    const std::vector<std::pair<std::string, std::string>>& parameters);
/// The password that libpq would use: of the conninfo, its service file, PGPASSWORD or the password
/// file; nullopt when there is none. May look a host name up and open a socket; never logs in.
Result<std::optional<std::string>> password_of(const std::string& conninfo);
/// The value of one parameter ("host", "port", "dbname") as given or as libpq's default; nullopt
/// when neither.
Result<std::optional<std::string>> parameter_of(const std::string& conninfo,
                                                const std::string& keyword);

}  // namespace cutover::postgres
