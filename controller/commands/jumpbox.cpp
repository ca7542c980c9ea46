#include "controller/commands/jumpbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "controller/journal/state_directory.h"

namespace cutover {
namespace {

namespace fs = std::filesystem;

constexpr unsigned permissions = 07777;

std::string environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

bool is_installed(const std::string& program) {
  std::istringstream directories(environment("PATH"));
  for (std::string directory; std::getline(directories, directory, ':');)
    if (access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

std::vector<FoundProgram> find_programs() {
  std::vector<FoundProgram> programs = {
      {"ssh", "openssh-client", "`transport = \"openssh\"` and ssh-keyscan need it"},
      {"psql", "postgresql-client", "`cutover psql` runs it"},
      {"tmux", "tmux", "a run in it survives a lost connection"},
  };
  for (auto& program : programs) program.is_installed = is_installed(program.name);
  return programs;
}

/// As libpq looks for it.
fs::path password_file() {
  const std::string given = environment("PGPASSFILE");
  if (!given.empty()) return given;
  const std::string home = environment("HOME");
  return fs::path(home.empty() ? "/" : home) / ".pgpass";
}

}  // namespace

FoundFile find_file(const fs::path& path) {
  struct stat found {};
  if (path.empty() || stat(path.c_str(), &found) != 0) return {path, std::nullopt};
  return {path, found.st_mode & permissions};
}

MachineView look_at_machine(const Config& config) {
  MachineView machine;
  machine.state_dir = config.state_dir;
  const auto usable = expect_usable(config.state_dir);
  if (!usable) machine.state_dir_problem = usable.error();
  machine.password_file = find_file(password_file());
  machine.programs = find_programs();
  machine.has_ssh_agent = !environment("SSH_AUTH_SOCK").empty();
  machine.comes_over_ssh = !environment("SSH_CONNECTION").empty();
  machine.outlives_its_connection = !environment("TMUX").empty() || !environment("STY").empty();
  return machine;
}

}  // namespace cutover
