#include "controller/commands/jumpbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace cutover {
namespace {

struct Tool {
  const char* name;
  const char* package;
  const char* purpose;
};

constexpr Tool tools[] = {
    {"ssh", "openssh-client", "`transport = \"openssh\"` and ssh-keyscan need it"},
    {"psql", "postgresql-client", "`cutover psql` runs it"},
    {"tmux", "tmux", "a run in it survives a lost connection"},
};

Finding tool(const Tool& wanted) {
  if (is_installed(wanted.name)) return {CheckOutcome::pass, "installed", {}};
  return {CheckOutcome::warn, fmt::format("is not installed: {}", wanted.purpose),
          fmt::format("apt-get install {}", wanted.package)};
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// Only who came over ssh loses a session with the connection.
Finding lasting_session() {
  if (!is_set("SSH_CONNECTION")) return {CheckOutcome::pass, "this is no ssh session", {}};
  if (is_set("TMUX") || is_set("STY")) return {CheckOutcome::pass, "runs in tmux or screen", {}};
  return {CheckOutcome::warn, "this session ends with its ssh connection", "tmux new -s cutover"};
}

}  // namespace

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');)
    if (access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

std::vector<CheckReport> examine_jumpbox() {
  std::vector<CheckReport> reports;
  for (const auto& wanted : tools) reports.push_back({wanted.name, tool(wanted)});
  reports.push_back({"session", lasting_session()});
  return reports;
}

}  // namespace cutover
