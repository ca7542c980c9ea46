#include "tests/support/child_start.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <future>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace cutover::support {
namespace {

/// Runs what it is given, one after the other, until the process ends.
class StartingThread {
 public:
  static StartingThread& instance() {
    // Never destroyed: its end would end the children before their owners do.
    static auto* thread = new StartingThread;
    return *thread;
  }

  pid_t run(std::function<pid_t()> start) {
    std::packaged_task<pid_t()> task(std::move(start));
    auto pid = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push(std::move(task));
    }
    arrived_.notify_one();
    return pid.get();
  }

 private:
  StartingThread() {
    std::thread([this] { serve(); }).detach();
  }

  [[noreturn]] void serve() {
    while (true) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return !tasks_.empty(); });
      auto task = std::move(tasks_.front());
      tasks_.pop();
      lock.unlock();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::packaged_task<pid_t()>> tasks_;
};

/// Everything the child needs, made before the fork: after it only system calls are safe.
struct Prepared {
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::string program;
  std::string directory;
  int input = -1;
  int output = -1;
  int errors = -1;
  int report = -1;  ///< the write end of a pipe: errno of what failed, closed by a good exec
  bool changes_user = false;
  uid_t uid = 0;
  gid_t gid = 0;
  int death_signal = 0;
  pid_t parent = 0;
};

int open_or_throw(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (file < 0) throw std::runtime_error("open " + path.string() + ": " + std::strerror(errno));
  return file;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const std::string search =
      std::string(::getenv("PATH") ? ::getenv("PATH") : "") + ":/usr/sbin:/usr/bin:/sbin:/bin";
  for (std::size_t begin = 0; begin < search.size();) {
    const auto end = std::min(search.find(':', begin), search.size());
    const std::string path = search.substr(begin, end - begin) + "/" + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
    begin = end + 1;
  }
  return name;
}

void prepare_environment(const ChildOptions& options, Prepared& prepared) {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!options.environment.contains(text.substr(0, text.find('='))))
      prepared.environment.push_back(text);
  }
  for (const auto& [name, value] : options.environment)
    prepared.environment.push_back(name + "=" + value);
  for (auto& variable : prepared.environment) prepared.envp.push_back(variable.data());
  prepared.envp.push_back(nullptr);
}

void prepare_user(const ChildOptions& options, Prepared& prepared) {
  if (options.user.empty() || ::getuid() != 0) return;
  const passwd* user = ::getpwnam(options.user.c_str());
  if (user == nullptr) throw std::runtime_error("there is no user " + options.user);
  prepared.changes_user = true;
  prepared.uid = user->pw_uid;
  prepared.gid = user->pw_gid;
}

bool become_user(const Prepared& prepared) {
  if (!prepared.changes_user) return true;
  return ::syscall(SYS_setgroups, 0, nullptr) == 0 &&
         ::syscall(SYS_setresgid, prepared.gid, prepared.gid, prepared.gid) == 0 &&
         ::syscall(SYS_setresuid, prepared.uid, prepared.uid, prepared.uid) == 0;
}

bool arrange_signals(const Prepared& prepared) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  // After become_user(): a change of credentials clears it.
  if (::prctl(PR_SET_PDEATHSIG, prepared.death_signal) != 0) return false;
  if (::getppid() == prepared.parent) return true;
  errno = ESRCH;  // the test died meanwhile
  return false;
}

[[noreturn]] void become_program(const Prepared& prepared) {
  ::setpgid(0, 0);
  const bool ready = ::dup2(prepared.input, 0) == 0 && ::dup2(prepared.output, 1) == 1 &&
                     ::dup2(prepared.errors, 2) == 2 && become_user(prepared) &&
                     arrange_signals(prepared) &&
                     (prepared.directory.empty() || ::chdir(prepared.directory.c_str()) == 0);
  if (ready) ::execve(prepared.program.c_str(), prepared.argv.data(), prepared.envp.data());
  const int error = errno;
  if (::write(prepared.report, &error, sizeof error) < 0) ::_exit(126);
  ::_exit(127);
}

int error_of_exec(int report) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

pid_t fork_and_exec(Prepared& prepared) {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  prepared.report = report[1];
  const pid_t pid = ::fork();
  if (pid == 0) become_program(prepared);
  for (const int file : {prepared.input, prepared.output, prepared.errors, report[1]})
    ::close(file);
  const int error = pid < 0 ? EAGAIN : error_of_exec(report[0]);
  ::close(report[0]);
  if (error == 0) return pid;
  if (pid > 0) ::waitpid(pid, nullptr, 0);
  throw std::runtime_error("cannot start " + prepared.program + ": " + std::strerror(error));
}

}  // namespace

pid_t start_child(const ChildOptions& options, const ChildFiles& files) {
  Prepared prepared;
  std::vector<std::string> argv = options.argv;
  for (auto& argument : argv) prepared.argv.push_back(argument.data());
  prepared.argv.push_back(nullptr);
  prepared.program = find_program(argv.at(0));
  prepared.directory = options.directory;
  prepared.death_signal = options.signal_when_test_dies;
  prepared.parent = ::getpid();
  prepare_environment(options, prepared);
  prepare_user(options, prepared);
  prepared.input = open_or_throw(files.input, O_RDONLY);
  prepared.output = open_or_throw(files.output, O_WRONLY | O_CREAT | O_APPEND);
  prepared.errors = open_or_throw(files.errors, O_WRONLY | O_CREAT | O_APPEND);
  return StartingThread::instance().run([&prepared] { return fork_and_exec(prepared); });
}

}  // namespace cutover::support
