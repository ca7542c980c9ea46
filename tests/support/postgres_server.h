// A real PostgreSQL of a given major on a free port of 127.0.0.1, in a temporary directory, gone
// with this object or with the test. scripts/setup-postgres fetches the majors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/sql_session.h"

namespace cutover::support {

enum class Authentication { trust, scram };

/// `durable` fsyncs as in production, which is what pauses are measured on; `fast` does not.
enum class Durability { durable, fast };

struct PostgresOptions {
  int major = 15;
  /// Servers of one major and one cluster name share a system identifier, as clones do.
  std::string cluster = "blue";
  Durability durability = Durability::durable;
  Authentication authentication = Authentication::trust;
  std::string password = "secret";  ///< of user postgres, with scram
  int max_connections = 100;
  /// Lines of postgresql.conf; they win over the rig's own (wal_level=logical, 20 slots …).
  std::vector<std::pair<std::string, std::string>> settings = {};
};

class PostgresServer {
 public:
  /// Runs already. Throws std::runtime_error, with the end of the log, when it does not start.
  explicit PostgresServer(PostgresOptions options = {});
  PostgresServer(PostgresServer&&) noexcept;
  PostgresServer& operator=(PostgresServer&&) noexcept;
  ~PostgresServer();

  std::uint16_t port() const;
  int major() const;
  /// Over TCP; with scram it holds the password of postgres, for other users none.
  std::string conninfo(const std::string& dbname = "postgres",
                       const std::string& user = "postgres") const;
  /// One script in a session of its own, as postgres; throws when it fails.
  SqlResult sql(const std::string& script, const std::string& dbname = "postgres") const;

  void start();
  void stop();     ///< fast shutdown, waited for
  void restart();  ///< stop() and start()
  /// A crash: SIGKILL to the server and every one of its processes.
  void kill9();
  /// Adds lines to postgresql.conf; takes effect at the next start or pg_reload_conf().
  void configure(const std::vector<std::pair<std::string, std::string>>& settings);
  bool is_running() const;

  std::filesystem::path data_directory() const;
  std::filesystem::path socket_directory() const;
  std::filesystem::path log_file() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where the programs of a major are; empty when it is not installed.
std::filesystem::path postgres_programs(int major);

}  // namespace cutover::support
