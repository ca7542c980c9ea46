// The whole program where what it prints can go nowhere: it ends by its exit code all the same.
#include "controller/commands/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

/// How the program ends in a process of its own whose stdout and stderr are `output`.
std::string end_of(const std::vector<std::string>& arguments, int output) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    // As out of main(): what is thrown ends the process, and no test goes on in it.
    const auto run = [&]() noexcept { return run_program(arguments); };
    _exit(run());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                           : "signal " + std::to_string(WTERMSIG(status));
}

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  ~Output() { close(descriptor_); }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

int full_disk() {
  return open("/dev/full", O_WRONLY | O_CLOEXEC);
}

int pipe_without_reader() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  close(ends[0]);
  return ends[1];
}

/// A configuration whose servers refuse every connection.
std::string config_in(const support::TemporaryDirectory& directory) {
  const std::string path = directory / "cutover.toml";
  // A path is written in quotes.
  std::ofstream(path) << "[run]\nstate_dir = " << directory / "state"
                      << R"(
[[database]]
name = "app"
blue = "host=127.0.0.1 port=1 dbname=app user=nobody"
green = "host=127.0.0.1 port=2 dbname=app user=nobody"

[[bouncer]]
name = "bouncer-1"
agent = "unix:///nonexistent/agent.sock"
)";
  return path;
}

TEST(Program, EndsByItsExitCodeThoughNothingCanBePrinted) {
  const Output output(full_disk());
  EXPECT_EQ(end_of({"--config", "/nonexistent", "status"}, output.get()), "exit 2");
  EXPECT_EQ(end_of({"--json", "--config", "/nonexistent", "status"}, output.get()), "exit 2");
  EXPECT_EQ(end_of({"--no-such-option"}, output.get()), "exit 2");
  EXPECT_EQ(end_of({"--help"}, output.get()), "exit 0");
}

TEST(Program, DoesNotDieOfAReaderThatWentAwayWhereItChangesSomething) {
  const support::TemporaryDirectory directory("program");
  const auto path = config_in(directory);
  const Output output(pipe_without_reader());
  EXPECT_EQ(end_of({"--config", path, "prepare", "--no-dry-run", "--yes"}, output.get()), "exit 1");
}

}  // namespace
}  // namespace cutover
