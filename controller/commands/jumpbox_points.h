// What docs/jumpbox.md asks of the machine that cutover runs on, point by point, for `doctor`.
// Finding out: jumpbox.h for the machine, doctor.cpp for servers and bouncers. Pure.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/outcome.h"
#include "controller/checks/check.h"
#include "controller/config/config.h"

namespace cutover {

struct FoundFile {
  std::filesystem::path path = {};
  std::optional<unsigned> mode = {};  ///< permission bits; nullopt: it is not there
};

/// A program that the jumpbox should have.
struct FoundProgram {
  std::string name;
  std::string package;
  std::string purpose;
  bool is_installed = true;
};

/// The jumpbox alone.
struct MachineView {
  std::filesystem::path state_dir = {};
  std::optional<Error> state_dir_problem = {};
  FoundFile password_file = {};
  std::vector<FoundProgram> programs = {};
  bool has_ssh_agent = false;
  bool comes_over_ssh = false;
  bool outlives_its_connection = false;  ///< in tmux or screen
};

struct ServerView {
  std::string name = {};  ///< of the point
  std::string answers_as = {};
  int version = 0;  ///< as PostgreSQL's server_version_num
  std::optional<Error> why_not = {};
};

/// PgBouncer's console over the clients' port, as `cutover psql BOUNCER` opens it.
struct ConsoleTrial {
  bool has_password = false;
  std::optional<Error> why_not = {};
};

struct BouncerView {
  BouncerConfig config = {};
  FoundFile identity = {};
  FoundFile known_hosts = {};
  Outcome connected = {};
  std::string agent_version = {};
  bool may_run_more = false;  ///< than the command it was given
  std::optional<ConsoleTrial> console = {};
};

struct JumpboxView {
  MachineView machine = {};
  std::vector<ServerView> servers = {};
  std::vector<BouncerView> bouncers = {};
};

/// In the order in which they are shown; what needs an agent that does not answer is left out.
std::vector<CheckReport> jumpbox_points(const JumpboxView& view);

}  // namespace cutover
