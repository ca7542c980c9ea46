// What docs/pgbouncer-host.md asks of a PgBouncer, point by point, for `cutover-agent doctor`.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/auth_file.h"

namespace cutover::agent {

enum class Grade { ok, warn, fail };

struct HostPoint {
  Grade grade;
  std::string point;
  std::string finding;
  std::string hint = {};
};

/// Whom an entry has PgBouncer log in to the server as, as its ini says.
struct EntryLogin {
  std::string user = {};  ///< "": the client's own
  bool has_password = false;
  bool asks_database = false;  ///< auth_user: clients are those that the database knows
};

/// What was found out about one process; what could not be is left empty.
struct HostView {
  std::map<std::string, std::string> settings = {};                ///< SHOW CONFIG
  std::vector<std::map<std::string, std::string>> databases = {};  ///< SHOW DATABASES
  std::optional<std::uint64_t> descriptor_limit = {};              ///< of the process
  std::optional<AuthSecrets> user_list = {};                       ///< of auth_file
  std::map<std::string, EntryLogin> logins = {};                   ///< by entry
  bool others_read_user_list = false;
  bool others_read_tls_key = false;
};

std::vector<HostPoint> host_points(const HostView& view);

/// The soft limit of "Max open files" in a text of /proc/PID/limits.
std::optional<std::uint64_t> descriptor_limit_in(const std::string& limits);

}  // namespace cutover::agent
