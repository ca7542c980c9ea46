#include "tests/support/child_process.h"

#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "tests/support/child_start.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {

struct ChildProcess::Impl {
  explicit Impl(ChildOptions given) : options(std::move(given)), directory("run") {}
  ~Impl() { end(); }

  void end();
  bool reap(std::chrono::milliseconds limit);

  ChildOptions options;
  TemporaryDirectory directory;
  pid_t pid = -1;
  int handle = -1;  ///< pidfd
  std::optional<int> exit_code = {};
};

namespace {

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

bool ChildProcess::Impl::reap(std::chrono::milliseconds limit) {
  if (exit_code) return true;
  pollfd ended{handle, POLLIN, 0};
  const auto end = std::chrono::steady_clock::now() + limit;
  int ready = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return false;
  exit_code = exit_code_of(status);
  return true;
}

void ChildProcess::Impl::end() {
  if (pid < 0) return;
  if (!reap(std::chrono::milliseconds{0})) {
    ::kill(pid, options.signal_when_destroyed);
    reap(options.patience);
  }
  ::kill(-pid, SIGKILL);
  reap(std::chrono::milliseconds{10000});
  ::close(handle);
}

ChildProcess::ChildProcess(ChildOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  write_file(impl_->directory / "in", impl_->options.input);
  const bool logged = !impl_->options.log.empty();
  const ChildFiles files{.input = impl_->directory / "in",
                         .output = logged ? impl_->options.log : impl_->directory / "out",
                         .errors = logged ? impl_->options.log : impl_->directory / "err"};
  impl_->pid = start_child(impl_->options, files);
  impl_->handle = static_cast<int>(::syscall(SYS_pidfd_open, impl_->pid, 0));
  if (impl_->handle < 0) throw std::runtime_error("pidfd_open failed");
}

ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;
ChildProcess::~ChildProcess() = default;

pid_t ChildProcess::pid() const {
  return impl_->pid;
}
bool ChildProcess::is_running() {
  return !impl_->reap(std::chrono::milliseconds{0});
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
  impl_->reap(limit);
  return impl_->exit_code;
}

void ChildProcess::signal(int number) {
  if (is_running()) ::kill(impl_->pid, number);
}

void ChildProcess::signal_group(int number) {
  ::kill(-impl_->pid, number);
}

std::string ChildProcess::output() const {
  return read_file(impl_->directory / "out");
}
std::string ChildProcess::errors() const {
  return read_file(impl_->directory / "err");
}

Finished run_program(ChildOptions options, std::chrono::milliseconds limit) {
  ChildProcess child(std::move(options));
  Finished finished{child.wait(limit), {}, {}};
  if (!finished.exit_code) {
    child.signal_group(SIGKILL);
    child.wait(std::chrono::milliseconds{10000});
  }
  finished.output = child.output();
  finished.errors = child.errors();
  return finished;
}

std::string run_or_throw(ChildOptions options, std::chrono::milliseconds limit) {
  const std::string name = options.argv.at(0);
  Finished finished = run_program(std::move(options), limit);
  if (finished.exit_code == 0) return finished.output;
  const std::string how = finished.exit_code ? "exit code " + std::to_string(*finished.exit_code)
                                             : "no end within its limit";
  throw std::runtime_error(name + ": " + how + "\n" + finished.output + finished.errors);
}

std::string server_user() {
  return ::getuid() == 0 ? "postgres" : "";
}

void hand_to_server_user(const std::filesystem::path& path) {
  if (server_user().empty()) return;
  const passwd* user = ::getpwnam(server_user().c_str());
  if (user == nullptr) throw std::runtime_error("there is no user postgres; run scripts/setup");
  if (::lchown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("chown " + path.string() + ": " + std::strerror(errno));
}

}  // namespace cutover::support
