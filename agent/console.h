// The admin console of one PgBouncer process: lines to it are kept open and reused, a lost one is
// replaced. The console speaks the simple protocol, one command a message. What to say to it is in
// drain.h, resume.h and reroute.h.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "agent/console_row.h"
#include "common/async/task.h"
#include "common/postgres/connection.h"

namespace cutover::agent {

struct ConsoleReply {
  std::string tag = {};
  std::vector<ConsoleRow> rows = {};
};
using ConsoleAnswer = postgres::Answer<ConsoleReply>;

/// One connection. Cancelling a send closes it.
class ConsoleLine {
 public:
  virtual ~ConsoleLine() = default;
  virtual Task<ConsoleAnswer> send(std::string command) = 0;
  virtual bool is_open() const = 0;
  /// "1.18.0"
  virtual std::string version() const = 0;
};

class ConsoleDialer {
 public:
  virtual ~ConsoleDialer() = default;
  virtual Task<postgres::Answer<std::unique_ptr<ConsoleLine>>> dial() = 0;
};

/// Dials with libpq; `conninfo` is agent.toml's `admin`.
std::unique_ptr<ConsoleDialer> dialer_of(std::string conninfo);

class Console {
 public:
  explicit Console(std::unique_ptr<ConsoleDialer> dialer) : dialer_(std::move(dialer)) {}

  /// One command on any line, within `limit`. An idle line that turns out to be dead (PgBouncer was
  /// restarted) is replaced once; so `command` has to be idempotent.
  Task<ConsoleAnswer> ask(std::string command,
                          std::chrono::milliseconds limit = std::chrono::milliseconds(1000));
  /// Sees to it that `count` lines are open and answer.
  Task<postgres::Answer<void>> warm_up(std::size_t count);

  /// False for a process that goes on for those who are connected and lets nobody else in.
  Task<bool> takes_newcomers();

  /// Closes the lines that nobody uses: a process that was told to stop waits for them.
  void hang_up() { idle_.clear(); }

  /// Of the process that was dialled last: "1.18.0", "" before.
  const std::string& version() const { return version_; }
  std::uint64_t errors() const { return errors_; }

 private:
  using LinePointer = std::unique_ptr<ConsoleLine>;
  Task<postgres::Answer<LinePointer>> dial();
  Task<ConsoleAnswer> ask_on(LinePointer line, std::string command,
                             std::chrono::milliseconds limit);
  Task<void> keep_if_it_answers(LinePointer line);
  void keep(LinePointer line);

  std::unique_ptr<ConsoleDialer> dialer_;
  std::vector<LinePointer> idle_;
  std::string version_;
  std::uint64_t errors_ = 0;
};

}  // namespace cutover::agent
