// A test on one PostgreSQL 15 that wants passwords (SCRAM); the server lives as long as the suite.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/postgres/connection.h"
#include "tests/integration/postgres/run.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"

namespace cutover::postgres {

class ServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    support::PostgresOptions options;
    options.durability = support::Durability::fast;
    options.authentication = support::Authentication::scram;
    server_ = std::make_unique<support::PostgresServer>(options);
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::string conninfo() { return server_->conninfo(); }
  static Connection connected(ConnectOptions options = {}) {
    return run(Connection::connect(conninfo(), std::move(options))).value();
  }

  inline static std::unique_ptr<support::PostgresServer> server_;
};

/// Waits until that backend sleeps in the pg_sleep() of its statement.
inline bool falls_asleep(support::PostgresServer& server, int backend_pid) {
  const auto what =
      "SELECT wait_event FROM pg_stat_activity WHERE pid = " + std::to_string(backend_pid);
  return support::eventually(std::chrono::seconds(5),
                             [&] { return server.sql(what).value() == "PgSleep"; });
}

}  // namespace cutover::postgres
