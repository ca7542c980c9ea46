#include "controller/commands/working_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "common/base/file_descriptor.h"
#include "common/base/interrupting_signals.h"

namespace cutover {
namespace {

Error system_error(const char* what) {
  return Error{fmt::format("cannot {}: {}", what, std::strerror(errno))};
}

struct Pipe {
  std::optional<FileDescriptor> reading;
  std::optional<FileDescriptor> writing;

  bool open(int writer_flags = 0) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    reading.emplace(ends[0]);
    writing.emplace(ends[1]);
    return writer_flags == 0 || fcntl(ends[1], F_SETFL, writer_flags) == 0;
  }
};

struct Pipes {
  Pipe report;
  Pipe told;
  Pipe printed;

  /// Who tells or prints never waits.
  bool open() {
    if (!report.open() || !told.open(O_NONBLOCK) || !printed.open(O_NONBLOCK)) return false;
    // What finds no room is lost: there is room for much. A refusal leaves the usual 64 KiB.
    constexpr int room = 1024 * 1024;
    fcntl(printed.writing->get(), F_SETPIPE_SZ, room);
    return true;
  }
};

/// What the work throws must not unwind into the parent's code, which would recover in its stead.
std::string report_of(const std::function<std::string(const Tell&)>& work, const Tell& tell) {
  try {
    return work(tell) + "\n";
  } catch (const std::exception& thrown) {
    std::fputs(fmt::format("the working process failed: {}\n", thrown.what()).c_str(), stderr);
  } catch (...) {
    std::fputs("the working process failed\n", stderr);
  }
  std::fflush(nullptr);
  _exit(EX_SOFTWARE);
}

[[noreturn]] void be_the_child(const std::function<std::string(const Tell&)>& work,
                               const Pipes& pipes, bool catch_prints, const sigset_t& signals) {
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  // A parent that was killed hears nothing more, and the run goes on.
  signal(SIGPIPE, SIG_IGN);
  if (catch_prints) dup2(pipes.printed.writing->get(), STDERR_FILENO);
  const int told = pipes.told.writing->get();
  const Tell tell = [told](const std::string& text) {
    const auto line = text + "\n";
    // Up to PIPE_BUF a line goes whole or not at all; one that is lost is not missed.
    const auto sent = write(told, line.data(), line.size());
    static_cast<void>(sent);
  };
  const auto line = report_of(work, tell);
  std::size_t written = 0;
  while (written < line.size()) {
    const auto count =
        write(pipes.report.writing->get(), line.data() + written, line.size() - written);
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
  if (!from_terminal) kill(child, static_cast<int>(info.ssi_signo));
}

/// What can be read now; false at the end.
bool take_piece(int descriptor, std::string& into) {
  std::array<char, 4096> piece{};
  const auto count = read(descriptor, piece.data(), piece.size());
  if (count <= 0) return count < 0 && errno == EINTR;
  into.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

void hear_whole_lines(std::string& text, const WhileItWorks& meanwhile) {
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    if (meanwhile.heard) meanwhile.heard(text.substr(0, end));
    text.erase(0, end + 1);
  }
}

struct Listening {
  const Pipes& pipes;
  int signal_descriptor;
  pid_t child;
  const WhileItWorks& meanwhile;
  std::string report = {};
  std::string told = {};
  std::array<pollfd, 4> watched = {};

  /// False when the child has closed its report: it is done or dead.
  bool take_what_came() {
    if (watched[1].revents != 0) pass_on_signal(signal_descriptor, child);
    if (watched[2].revents != 0 && !take_piece(watched[2].fd, told)) watched[2].fd = -1;
    hear_whole_lines(told, meanwhile);
    if (watched[3].revents != 0) {
      std::string text;
      if (!take_piece(watched[3].fd, text)) watched[3].fd = -1;
      if (meanwhile.printed && !text.empty()) meanwhile.printed(text);
    }
    return watched[0].revents == 0 || take_piece(watched[0].fd, report);
  }

  void take_the_rest() {
    for (const int index : {2, 3}) {
      if (watched[index].fd >= 0) fcntl(watched[index].fd, F_SETFL, O_NONBLOCK);
    }
    std::string text;
    while (watched[2].fd >= 0 && take_piece(watched[2].fd, told)) hear_whole_lines(told, meanwhile);
    while (watched[3].fd >= 0 && take_piece(watched[3].fd, text)) {
    }
    if (meanwhile.printed && !text.empty()) meanwhile.printed(text);
  }

  std::string listen() {
    watched = {pollfd{pipes.report.reading->get(), POLLIN, 0}, pollfd{signal_descriptor, POLLIN, 0},
               pollfd{pipes.told.reading->get(), POLLIN, 0},
               pollfd{pipes.printed.reading->get(), POLLIN, 0}};
    const int patience = meanwhile.tick ? static_cast<int>(meanwhile.tick_interval.count()) : -1;
    for (;;) {
      const int ready = poll(watched.data(), watched.size(), patience);
      if (ready < 0 && errno != EINTR) break;
      // Interrupted, it says nothing: what stands there is of the time before.
      if (ready > 0 && !take_what_came()) break;
      if (meanwhile.tick) meanwhile.tick();
    }
    take_the_rest();
    return report;
  }
};

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("exited with {}", WEXITSTATUS(status));
}

}  // namespace

Result<WorkEnd> run_in_working_process(const std::function<std::string(const Tell&)>& work,
                                       const WhileItWorks& meanwhile) {
  Pipes pipes;
  if (!pipes.open()) return system_error("make a pipe");
  const auto signals = set_of(interrupting_signals());
  sigset_t before;
  sigprocmask(SIG_BLOCK, &signals, &before);
  FileDescriptor signal_source(signalfd(-1, &signals, SFD_CLOEXEC));
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    auto error = system_error("start the working process");
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return error;
  }
  if (child == 0) be_the_child(work, pipes, static_cast<bool>(meanwhile.printed), signals);
  for (auto* pipe : {&pipes.report, &pipes.told, &pipes.printed}) pipe->writing->close();
  if (meanwhile.begin) meanwhile.begin();
  const auto report = Listening{pipes, signal_source.get(), child, meanwhile}.listen();
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
