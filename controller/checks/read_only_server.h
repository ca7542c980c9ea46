// One database of blue or green as a check may see it: it can be asked, and nothing else. Its
// sessions were opened read-only, so a check cannot change anything by mistake.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"
#include "common/postgres/connection.h"

namespace cutover {

struct ServerOptions {
  std::string name;      ///< for messages: "blue", or "blue (medplum)" where there are several
  std::string conninfo;  ///< libpq's
  std::size_t sessions = 3;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{30'000};
};

class ReadOnlyServer {
 public:
  /// A server that is not there: every question is answered with this error.
  explicit ReadOnlyServer(std::string name = {}, Error why_not = {"it was not asked"});
  /// Opens all sessions at once. One that cannot be reached is a ReadOnlyServer all the same.
  static Task<ReadOnlyServer> open(ServerOptions options);

  /// One statement; waits for a free session, so that checks may ask at once.
  Task<Result<postgres::Rows>> ask(std::string sql) const;
  Task<Result<postgres::Rows>> ask(std::string sql, postgres::Parameters parameters) const;

  const std::string& name() const { return name_; }
  bool is_reachable() const { return sessions_ != nullptr; }
  const Error& why_not() const { return why_not_; }
  /// 150004 for 15.4; 0 when it is not reachable.
  int version() const;
  /// Of our own sessions' backends.
  std::vector<int> backend_pids() const;
  /// The same as an SQL array: "{17,18,19}".
  std::string own_pids() const;
  /// The key of an advisory lock held as long as this object lives: who sees it in pg_locks looks
  /// at the same server. Clones share the system identifier, but no locks.
  std::int64_t beacon() const;

 private:
  class Sessions;
  std::string name_;
  Error why_not_;
  std::shared_ptr<Sessions> sessions_;
};

/// SQL of one text: the name of the server ("blue", "green", "neither") that holds these beacons.
std::string server_by_beacon_sql(const ReadOnlyServer& blue, const ReadOnlyServer& green);

}  // namespace cutover
