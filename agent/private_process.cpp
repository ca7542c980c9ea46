// See private_process.h.
#include "agent/private_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "common/async/within.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds stop_poll{5};
constexpr int stop_polls = 200;

/// Ours, without what systemd told us for ourselves: a PgBouncer would report to it in our place.
std::vector<char*> environment_of_child() {
  std::vector<char*> kept;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view variable = *one;
    if (!variable.starts_with("NOTIFY_SOCKET=") && !variable.starts_with("WATCHDOG_"))
      kept.push_back(*one);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::create() {
  const char* const base = std::getenv("TMPDIR");
  std::string path = std::string(base != nullptr ? base : "/tmp") + "/cutover-agent-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return Error{"cannot make a directory " + path + ": " + std::strerror(errno)};
  return PrivateDirectory(path);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : path_(std::move(other.path_)) {
  other.path_.clear();
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<PrivateProcess> PrivateProcess::start(std::vector<std::string> arguments,
                                             const std::string& directory, const std::string& log) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&files, directory.c_str());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  std::vector<char*> environment = environment_of_child();
  const int failure =
      ::posix_spawnp(&pid, argv.front(), &files, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    return Error{"cannot start " + arguments.front() + ": " + std::strerror(failure)};
  return PrivateProcess(pid);
}

PrivateProcess::PrivateProcess(PrivateProcess&& other) noexcept : pid_(other.pid_) {
  other.pid_ = 0;
}

PrivateProcess::~PrivateProcess() {
  if (!is_running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool PrivateProcess::is_running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ > 0;
}

Task<void> PrivateProcess::stop() {
  if (!is_running()) co_return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < stop_polls && is_running(); ++i) co_await sleep_for(stop_poll);
  if (!is_running()) co_return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace cutover::agent
