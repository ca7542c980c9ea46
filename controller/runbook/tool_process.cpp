#include "controller/runbook/tool_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace cutover {
namespace {

std::vector<std::string> all_variables(const ToolStart& start) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  for (const auto& [name, value] : start.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> as_array(std::vector<std::string>& texts) {
  std::vector<char*> array;
  for (auto& text : texts) array.push_back(text.data());
  array.push_back(nullptr);
  return array;
}

/// The errno of the attempt, 0 when `pid` runs.
int spawn_tool(ToolStart start, pid_t& pid) {
  auto variables = all_variables(start);
  const auto arguments = as_array(start.argv);
  const auto environment = as_array(variables);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, start.output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int failed = posix_spawnp(&pid, arguments.front(), &actions, &attributes, arguments.data(),
                                  environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

}  // namespace

Result<ToolProcess> ToolProcess::start(ToolStart start) {
  const auto program = start.argv.front();
  pid_t pid = 0;
  const int failed = spawn_tool(std::move(start), pid);
  if (failed == 0) return ToolProcess(pid);
  return Error{fmt::format("{} cannot be started: {}", program, std::strerror(failed)),
               "install PostgreSQL's client programs of green's version and put them into PATH"};
}

ToolProcess::~ToolProcess() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::optional<int> ToolProcess::exit_code() {
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace cutover
