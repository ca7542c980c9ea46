// Debian's PgBouncer on a free port, with an ini written for the test. It runs as the user who owns
// it in production (postgres, when the test is root), and so does its ini's directory, which the
// agent writes to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/postgres_server.h"

namespace cutover::support {

/// How `[databases]` lies on disk.
enum class IniLayout {
  plain,     ///< one pgbouncer.ini
  included,  ///< pgbouncer.ini includes databases.ini
  linked     ///< the runbook's: pgbouncer.ini → blue.pgbouncer.ini beside green.pgbouncer.ini
};

struct PgbouncerOptions {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  Pairs entries;             ///< name and value of each line of [databases]
  Pairs green_entries = {};  ///< for IniLayout::linked
  Pairs settings = {};       ///< of [pgbouncer]; they win over the defaults
  /// The auth file: name and password.
  Pairs users = {{"pgbouncer", "secret"}, {"postgres", "secret"}, {"app", "secret"}};
  Authentication authentication = Authentication::trust;  ///< of clients
  IniLayout layout = IniLayout::plain;
  int pool_size = 20;
  std::uint16_t port = 0;  ///< share another one's (so_reuseport is then set); 0: a free one
};

class PgbouncerServer {
 public:
  /// Runs already. Throws std::runtime_error, with its log, when it does not start.
  explicit PgbouncerServer(PgbouncerOptions options);
  PgbouncerServer(PgbouncerServer&&) noexcept;
  PgbouncerServer& operator=(PgbouncerServer&&) noexcept;
  ~PgbouncerServer();

  std::uint16_t port() const;
  /// For clients, over TCP, with the password when clients need one.
  std::string conninfo(const std::string& entry, const std::string& user = "app") const;
  /// The console over the unix socket as `admin` in agent.toml wants it: no password.
  std::string admin_conninfo() const;
  /// The console for a test, which may be another user than PgBouncer's.
  std::string console_conninfo() const;
  /// One console command; throws when it fails.
  SqlResult console(const std::string& command) const;

  void start();
  void stop();  ///< at once, as SIGTERM does
  void restart();
  void kill9();
  bool is_running() const;
  int pid() const;

  std::filesystem::path ini_path()
      const;  ///< what it was started with; a link in IniLayout::linked
  std::filesystem::path directory() const;  ///< of the ini files
  std::filesystem::path socket_directory() const;
  std::filesystem::path log_file() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
