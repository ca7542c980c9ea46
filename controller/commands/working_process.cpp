#include "controller/commands/working_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/file_descriptor.h"

namespace cutover {
namespace {

Error system_error(const char* what) {
  return Error{fmt::format("cannot {}: {}", what, std::strerror(errno))};
}

sigset_t interrupting_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

[[noreturn]] void be_the_child(const std::function<std::string()>& work, int report_descriptor,
                               const sigset_t& signals) {
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  const auto line = work() + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    const auto count = write(report_descriptor, line.data() + written, line.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  std::fflush(nullptr);
  _exit(0);
}

void pass_on_signal(int signal_descriptor, pid_t child) {
  signalfd_siginfo info{};
  if (read(signal_descriptor, &info, sizeof info) != sizeof info) return;
  // What the terminal sends goes to the whole foreground group: the child has it already.
  const bool from_terminal = info.ssi_code == SI_KERNEL;
  if (!from_terminal) kill(child, SIGINT);
}

std::string read_report(int report_descriptor, int signal_descriptor, pid_t child) {
  std::string report;
  std::array<pollfd, 2> watched{pollfd{report_descriptor, POLLIN, 0},
                                pollfd{signal_descriptor, POLLIN, 0}};
  for (;;) {
    if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    if (watched[1].revents != 0) pass_on_signal(signal_descriptor, child);
    if (watched[0].revents == 0) continue;
    std::array<char, 4096> piece{};
    const auto count = read(report_descriptor, piece.data(), piece.size());
    if (count <= 0) break;
    report.append(piece.data(), static_cast<std::size_t>(count));
  }
  return report;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("exited with {}", WEXITSTATUS(status));
}

}  // namespace

Result<WorkEnd> run_in_working_process(const std::function<std::string()>& work) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return system_error("make a pipe");
  FileDescriptor reading(pipe_ends[0]);
  FileDescriptor writing(pipe_ends[1]);
  const auto signals = interrupting_signals();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &signals, &before);
  FileDescriptor signal_source(signalfd(-1, &signals, SFD_CLOEXEC));
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return system_error("start the working process");
  if (child == 0) be_the_child(work, writing.get(), signals);
  writing.close();
  const auto report = read_report(reading.get(), signal_source.get(), child);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  WorkEnd end;
  end.how = how_it_ended(status);
  // A line without its end is the start of a report whose writer died.
  if (!report.empty() && report.back() == '\n') end.report = report.substr(0, report.size() - 1);
  return end;
}

}  // namespace cutover
