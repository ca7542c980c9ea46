// Blue 13 and green 17, following by logical replication, nothing wrong: for tests to spoil.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/checks/check_context.h"
#include "controller/checks/checked_bouncers.h"
#include "tests/support/postgres_server.h"

namespace cutover {

class ServerPair {
 public:
  ServerPair();

  const Config& config() const { return config_; }
  support::PostgresServer& blue() { return blue_; }
  support::PostgresServer& green() { return green_; }
  /// Scripts in database app.
  void on_blue(const std::string& sql) const;
  void on_green(const std::string& sql) const;
  bool green_has(const std::string& count_sql, const std::string& expected) const;

 private:
  void make_databases();
  void replicate();

  support::PostgresServer blue_;
  support::PostgresServer green_;
  Config config_;
};

inline constexpr auto fail = CheckOutcome::fail;
inline constexpr auto warn = CheckOutcome::warn;

/// One way to spoil the pair, what the check then says, and the way back.
struct Provocation {
  std::string check;
  CheckOutcome outcome;
  std::string says;  ///< part of the detail
  std::string blue = {};
  std::string green = {};
  std::string undo_blue = {};
  std::string undo_green = {};
  std::string hold_blue = {};  ///< in a session that stays open meanwhile
  std::string hold_green = {};
  std::string hold_user = "postgres";
  std::function<void(Config&)> configure = {};
  std::function<void(proto::Inspection&)> inspect = {};
};

std::vector<Provocation> replication_provocations();
std::vector<Provocation> schema_provocations();
std::vector<Provocation> session_provocations();

/// Where the entries lead, now and after; empty: where the configuration says.
struct RouteEnds {
  std::string behind_entries = {};
  std::string at_green = {};
};

/// Opens everything anew, with a healthy bouncer beside it, and asks this one check.
Finding ask_servers(const std::string& check, const Config& config,
                    const std::function<void(proto::Inspection&)>& inspect = {},
                    const RouteEnds& ends = {});
std::vector<CheckReport> run_all(const Config& config);
/// As a command does it: with a fleet of agents, as configured.
std::vector<CheckReport> run_all_with_agents(const Config& config);

}  // namespace cutover
