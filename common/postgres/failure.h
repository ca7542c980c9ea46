// How libpq's errors become Failures with hints; only for this folder.
#pragma once

#include <libpq-fe.h>

#include <string>

#include "common/postgres/connection.h"

namespace cutover::postgres {

/// The server refused a statement. Lost when it also ended the session.
Failure failure_of(const PGresult* result);

/// libpq gave up on an open connection.
Failure lost_failure(PGconn* connection);

/// A login failed; `connection` was made with PQERRORS_VERBOSE, so that its message names the
/// sqlstate.
Failure login_failure(PGconn* connection);

/// A login took too long. `address` is for people.
Failure login_timeout(const std::string& address, std::chrono::milliseconds limit);

/// The connection was closed before or during the call.
Failure closed_failure();

}  // namespace cutover::postgres
