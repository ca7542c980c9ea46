#include "controller/live/hook_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 declares it without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "common/base/file_descriptor.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

/// A child in a process group of its own; killed with the group and reaped when it is still there
/// at the end of the scope.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    reap();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  int reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

std::vector<std::string> environment_with(const Environment& extra) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  for (const auto& [name, value] : extra) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Where our own stderr never waits, a pipe to who looks on, a hook gets the same pipe opened anew:
/// whether one waits belongs to the open file, and programs do not expect a stderr that refuses.
FileDescriptor output_for_hooks() {
  const bool never_waits = (fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) != 0;
  if (!never_waits) return FileDescriptor(-1);
  return FileDescriptor(open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC));
}

/// A process group of its own, and the signals as a program expects them: a run ignores some.
void set_attributes(posix_spawnattr_t& attributes) {
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t ignored;
  sigemptyset(&ignored);
  for (const int number : {SIGPIPE, SIGTSTP, SIGTTOU}) sigaddset(&ignored, number);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ignored);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/// The pid, or the negated errno.
pid_t spawn(std::vector<std::string> argv, const Environment& extra) {
  auto environment = environment_with(extra);
  const auto arguments = pointers_to(argv);
  const auto variables = pointers_to(environment);
  const auto opened = output_for_hooks();
  const int output = opened.get() < 0 ? STDERR_FILENO : opened.get();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  // A hook may outlive its run, and an agent would take a connection it holds for a living run.
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  set_attributes(attributes);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, argv.front().c_str(), &actions, &attributes,
                                  arguments.data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed != 0 ? -failed : pid;
}

Outcome outcome_of(const std::string& program, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return done();
  const auto how = WIFEXITED(status) ? fmt::format("exited with {}", WEXITSTATUS(status))
                                     : fmt::format("was killed by signal {}", WTERMSIG(status));
  return refused(fmt::format("hook {} {}", program, how), "its output is above");
}

}  // namespace

Task<Outcome> run_hook_process(std::vector<std::string> argv, Environment extra) {
  if (argv.empty()) co_return done();
  const std::string program = argv.front();
  const pid_t pid = spawn(std::move(argv), extra);
  if (pid < 0) {
    co_return refused(fmt::format("hook {} cannot be started: {}", program, std::strerror(-pid)),
                      "[hooks] wants an argv array whose first word is a program");
  }
  Child child(pid);
  const int watched = pidfd_open(pid, 0);
  if (watched < 0)
    co_return refused(fmt::format("hook {} cannot be watched: {}", program, std::strerror(errno)));
  const auto executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor ended(executor, watched);
  co_await ended.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
  const int status = child.reap();
  co_return outcome_of(program, status);
}

}  // namespace cutover
