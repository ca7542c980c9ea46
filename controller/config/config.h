// cutover.toml as the controller uses it: read strictly, every value checked before anything is
// contacted. The contract of the file is docs/configuration.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace cutover {

/// Host and port as they stand in an ini entry; the port may be empty (PgBouncer's default, 5432).
struct RouteEnd {
  std::string host;
  std::string port;

  bool operator==(const RouteEnd&) const = default;
};

struct RouteConfig {
  RouteEnd blue;
  RouteEnd green;

  bool operator==(const RouteConfig&) const = default;
};

/// One of the publications of a database with its slot on blue and its subscription on green.
struct SubscriptionConfig {
  std::string publication;
  std::string slot;
  std::string subscription;

  bool operator==(const SubscriptionConfig&) const = default;
};

struct DatabaseConfig {
  std::string name;
  std::string blue;  ///< libpq conninfo, from the jumpbox
  std::string green;
  std::string replicate_from;  ///< as green reaches blue; default: blue
  std::string replicate_back;  ///< as blue reaches green; default: green
  std::vector<SubscriptionConfig> subscriptions;
  std::vector<RouteConfig> routes;  ///< never empty: default host and port of blue and green

  bool operator==(const DatabaseConfig&) const = default;
};

enum class Transport { unix_socket, libssh2, openssh };

struct BouncerConfig {
  std::string name;
  Transport transport = Transport::unix_socket;
  std::string socket_path;            ///< unix_socket: absolute
  std::string user;                   ///< ssh; default: the user who runs this
  std::string host;                   ///< ssh
  std::uint16_t port = 22;            ///< ssh
  std::filesystem::path identity;     ///< ssh key file, "~" expanded; empty: the ssh agent's keys
  std::filesystem::path known_hosts;  ///< default ~/.ssh/known_hosts
  std::string command = "cutover-agent connect";  ///< run over ssh
  /// Entry → name of a database; empty: every entry that holds a blue route.
  std::map<std::string, std::string> entries;
  std::vector<std::string> ignore_entries;

  bool operator==(const BouncerConfig&) const = default;
};

struct Limits {
  std::uint64_t lag_to_start_bytes = 1024 * 1024;
  std::chrono::milliseconds quiet_transaction_age{500};
  std::chrono::milliseconds quiet_timeout{60'000};
  std::chrono::milliseconds drain_timeout{2'000};
  std::chrono::milliseconds pause_budget{5'000};
  std::uint32_t attempts = 10;
  std::chrono::milliseconds backoff{1'000};
  std::chrono::milliseconds lease{3'000};

  bool operator==(const Limits&) const = default;
};

/// `same_rows`: a table compared over a window of time on both sides.
struct SameRows {
  std::string table;
  std::string key;
  std::vector<std::string> columns;
  std::string time_column;
  std::chrono::seconds since{0};
  std::chrono::seconds until{0};

  bool operator==(const SameRows&) const = default;
};

struct CheckOptions {
  std::vector<std::string> waive;
  std::map<std::string, std::uint64_t> minimum_rows;
  std::vector<SameRows> same_rows;

  bool operator==(const CheckOptions&) const = default;
};

struct HookCommands {
  std::vector<std::string> before_pause;
  std::vector<std::string> after_decision;
  std::vector<std::string> after_resume;
  std::vector<std::string> on_abort;

  bool operator==(const HookCommands&) const = default;
};

struct Config {
  std::filesystem::path path;  ///< the file it was read from
  std::filesystem::path state_dir = "/var/lib/cutover";
  std::vector<DatabaseConfig> databases;
  std::vector<BouncerConfig> bouncers;
  Limits limits;
  bool way_back = true;
  CheckOptions checks;
  std::string metrics_listen;
  std::filesystem::path metrics_textfile;
  HookCommands hooks;

  bool operator==(const Config&) const = default;
};

/// Errors start with "FILE:LINE:" and hold every problem found, one a line.
Result<Config> parse_config(const std::string& text, const std::filesystem::path& path);
Result<Config> load_config(const std::filesystem::path& path);

/// `--config`, else $CUTOVER_CONFIG, $XDG_CONFIG_HOME/cutover/cutover.toml,
/// /etc/cutover/cutover.toml.
Result<std::filesystem::path> find_config(const std::string& from_option);

}  // namespace cutover
