// One of the controller's own sessions on a server: settings fixed, calls of several coroutines one
// after the other, opened again when it was lost.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/postgres/connection.h"

namespace cutover {

enum class SessionAccess { read_write, read_only };

struct SessionOptions {
  std::string conninfo;
  std::string place;  ///< for messages: "blue medplum"
  std::string application_name = "cutover";
  SessionAccess access = SessionAccess::read_write;
  std::chrono::milliseconds login_timeout{5000};
  std::chrono::milliseconds peer_timeout{3000};
};

class ServerSession {
 public:
  explicit ServerSession(SessionOptions options);
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  /// Logs in unless the session is open.
  Task<std::optional<Error>> open();

  /// Both open the session first when it is closed. Failures name the place.
  Task<postgres::Answer<postgres::Rows>> query(std::string sql);
  Task<postgres::Answer<postgres::Rows>> query(std::string sql, postgres::Parameters values);
  Task<postgres::Answer<std::vector<postgres::Rows>>> script(std::string sql);
  /// Never opens: for what makes sense only in the transaction that is open in this very session.
  Task<postgres::Answer<std::vector<postgres::Rows>>> script_in_transaction(std::string sql);

  bool is_open() const { return connection_.is_open(); }
  /// Of the open session or the one that was lost last; 0 before the first.
  int backend_pid() const { return backend_pid_; }
  int server_version() const { return connection_.server_version(); }
  const std::string& place() const { return options_.place; }
  void close() { connection_.close(); }

 private:
  class Turn;
  Task<void> wait_for_turn();
  Task<std::optional<postgres::Failure>> log_in();

  SessionOptions options_;
  postgres::Connection connection_;
  int backend_pid_ = 0;
  bool busy_ = false;
  struct Waiter;
  std::list<Waiter*> waiters_;
};

}  // namespace cutover
