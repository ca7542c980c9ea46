// A program that a test started: its output in files, a limit on every wait, and no way to outlive
// the test, also when the test is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cutover::support {

struct ChildOptions {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH when it holds no slash
  std::map<std::string, std::string> environment = {};  ///< added to the test's own
  std::string user = {};                      ///< run as this user; empty, or not root: as the test
  std::string input = {};                     ///< what it reads from stdin
  std::filesystem::path log = {};             ///< stdout and stderr are appended here, not captured
  std::filesystem::path directory = {};       ///< working directory; empty: the test's
  int signal_when_test_dies = SIGKILL;        ///< a server may need a gentler one to clean up
  int signal_when_destroyed = SIGKILL;        ///< SIGKILL to its process group follows
  std::chrono::milliseconds patience{10000};  ///< between these two
};

class ChildProcess {
 public:
  /// Throws std::runtime_error when the program cannot be started. It leads a process group.
  explicit ChildProcess(ChildOptions options);
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;
  ~ChildProcess();

  pid_t pid() const;
  bool is_running();
  /// The exit code, 128 + N when signal N ended it; nullopt when it still runs at the limit.
  std::optional<int> wait(std::chrono::milliseconds limit);
  /// To the process alone; nothing happens when it has ended.
  void signal(int number);
  /// To it and its descendants that stayed in its process group, also when it has ended itself.
  void signal_group(int number);

  std::string output() const;  ///< stdout so far
  std::string errors() const;  ///< stderr so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct Finished {
  std::optional<int> exit_code;  ///< nullopt: did not end within the limit and was killed
  std::string output;
  std::string errors;
};

/// Starts, waits, and gives back what it printed.
Finished run_program(ChildOptions options,
                     std::chrono::milliseconds limit = std::chrono::milliseconds{60000});

/// As run_program; anything but exit code 0 throws std::runtime_error with what it printed.
std::string run_or_throw(ChildOptions options,
                         std::chrono::milliseconds limit = std::chrono::milliseconds{60000});

/// The user who runs PostgreSQL and PgBouncer: "postgres" for a test that is root (they refuse to
/// be), else "" for the test's own.
std::string server_user();

/// Gives a path to server_user(); nothing to do when that is the test itself.
void hand_to_server_user(const std::filesystem::path& path);

}  // namespace cutover::support
