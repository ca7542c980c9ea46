// One PGconn and its waits on Asio; only for this folder. Next: call.h (one exchange), login.cpp.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>

#include "common/postgres/connection.h"
#include "common/postgres/rows.h"

namespace cutover::postgres {

enum class Readiness { read, write, either };

class Session {
 public:
  explicit Session(PGconn* connection) : connection_(connection) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }

  PGconn* connection() const { return connection_; }
  bool is_open() const { return connection_ && PQstatus(connection_) == CONNECTION_OK; }
  bool is_closed() const { return !connection_; }
  bool busy = false;  ///< a call is in flight

  /// Ends a wait of another coroutine.
  void close();

  /// Until libpq's socket is ready, or close() was called. Throws when cancelled.
  Task<void> wait(Readiness readiness);

  /// Sends what libpq holds back. Nothing on success.
  Task<std::optional<Failure>> flush();

  /// The next result of what was sent; null between statements and at the end.
  Task<Answer<ResultHandle>> next_result();

 private:
  PGconn* connection_;
  std::optional<boost::asio::posix::stream_descriptor> waiting_;
};

}  // namespace cutover::postgres
