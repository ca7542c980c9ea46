// A whole fleet on this machine: blue with a schema, green with the same one empty, PgBouncers with
// their agents, and a cutover.toml that describes it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/load/load_driver.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/rig/agent_process.h"
#include "tests/support/sshd_server.h"

namespace cutover::support {

/// How the controller reaches an agent.
enum class Reach {
  unix_socket,
  libssh2,        ///< ssh://, to the rig's sshd
  openssh,        ///< the same, transport = "openssh"
  forced_command  ///< libssh2, to an sshd per host whose key may run only the agent's connect
};

/// Whether agents are started with the rig: without them it needs no program under test.
enum class Agents { started, absent };

struct RigOptions {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  int blue_major = 13;
  int green_major = 17;
  int hosts = 2;                                 ///< each with one agent
  int pgbouncers_per_host = 1;                   ///< more than one share a port (so_reuseport)
  std::vector<std::string> databases = {"app"};  ///< each is an entry too
  std::vector<std::string> entries = {};         ///< of the databases; empty: named like them
  int subscriptions = 1;                         ///< of each database, parallel
  /// Of publications and subscriptions; a slot's name is what is legal of it.
  std::string replication = "cutover";
  /// Superuser that the controller and the workers are; made where the servers lack it.
  std::string user = "postgres";
  std::string password = "secret";  ///< of every user, with scram
  LoadSchema schema = {};
  Reach reach = Reach::unix_socket;
  Agents agents = Agents::started;
  Durability durability = Durability::durable;
  Authentication authentication = Authentication::trust;  ///< of servers and bouncers
  IniLayout layout = IniLayout::plain;
  int pool_size = 20;
  int max_connections = 100;
  Pairs blue_settings = {};
  Pairs green_settings = {};
  Pairs pgbouncer_settings = {};
  /// Of the controller to servers and, over ssh, to agents; not of anybody else.
  std::chrono::microseconds round_trip{0};
  Pairs extra_entries = {};        ///< of every PgBouncer
  std::string limits = {};         ///< lines of [limits]
  std::string bouncer_lines = {};  ///< further lines of every [[bouncer]]
  std::string more_config = {};    ///< further tables of cutover.toml
};

class CutoverRig {
 public:
  /// Everything runs; nothing is replicated yet. Throws when something does not start.
  explicit CutoverRig(RigOptions options = {});
  CutoverRig(CutoverRig&&) noexcept;
  CutoverRig& operator=(CutoverRig&&) noexcept;
  ~CutoverRig();

  const RigOptions& options() const;
  PostgresServer& blue();
  PostgresServer& green();
  PgbouncerServer& pgbouncer(int host, int process = 0);
  AgentProcess& agent(int host);
  SshdServer& sshd(int host = 0);  ///< one for all hosts, unless the command is forced

  /// As postgres, to the first database.
  std::string blue_conninfo(const std::string& database = "") const;
  std::string green_conninfo(const std::string& database = "") const;
  std::vector<std::string> client_conninfos() const;   ///< one per PgBouncer process
  std::vector<std::string> console_conninfos() const;  ///< likewise

  /// `cutover prepare` and `cutover subscribe`, for real; throws what they printed on failure.
  void replicate();
  /// The same without the program under test: publication, slot and subscription of each database.
  void replicate_by_hand();
  void analyze_green();

  /// Writers on the first database through every PgBouncer; `options` names neither.
  LoadDriver start_load(LoadOptions options = {}) const;
  /// Stops the load and compares with green, and with blue.
  LoadVerdict stop_and_verify(LoadDriver& load) const;

  /// `cutover --config … ARGUMENTS`.
  Finished cutover(const std::vector<std::string>& arguments,
                   std::chrono::milliseconds limit = std::chrono::milliseconds{60000}) const;
  ChildProcess start_cutover(const std::vector<std::string>& arguments) const;

  std::filesystem::path config_path() const;
  /// Writes cutover.toml again, after restarts or changed `options`.
  void write_config(const RigOptions& options);
  std::filesystem::path state_directory() const;
  /// Every log of the rig, for a failed test.
  std::string logs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
