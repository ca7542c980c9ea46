// A PgBouncer for tests, as its console shows it: entries, pauses, counters that the test sets, and
// every command it was sent. It pauses, reloads and resumes as the real one does.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/console.h"

namespace cutover::agent {

struct FakeEntry {
  std::string host;
  std::string port = "5432";
  bool paused = false;
  int servers_active = 0;
  int servers_being_canceled = 0;
  int servers_logging_in = 0;
  int clients_waiting = 0;
};

class FakePgbouncer {
 public:
  std::string version = "1.18.0";
  bool is_up = true;
  int hung_dials = 0;  ///< this many connections are begun and come to nothing until given up
  bool globally_paused = false;
  bool shutting_down = false;  ///< as since 1.23: for those who are connected all goes on
  std::map<std::string, FakeEntry> entries;
  std::map<std::string, std::string> config = {{"pool_mode", "transaction"},
                                               {"server_login_retry", "15"}};
  std::set<std::string> silent_views;                  ///< SHOW of these is never answered
  std::set<std::string> refused_views;                 ///< SHOW of these is an error
  std::vector<ConsoleRow> servers;                     ///< rows of SHOW SERVERS
  std::vector<ConsoleRow> clients;                     ///< rows of SHOW CLIENTS
  std::string pause_tag = "PAUSE";                     ///< what a completed PAUSE is answered with
  std::function<void()> on_reload;                     ///< what a RELOAD does to entries and config
  std::function<void(const std::string&)> on_command;  ///< before each is carried out
  std::vector<std::string> commands;

  std::unique_ptr<ConsoleDialer> dialer();
  /// Ends every line and loses every pause, as a restart does.
  void restart();

  int sent(const std::string& command) const;
  long open_lines() const { return of_every_line.use_count() - 1; }
  bool is_drained() const;

  // For the line.
  Task<ConsoleAnswer> carry_out(std::string command, int generation);
  int generation = 0;
  std::shared_ptr<bool> of_every_line = std::make_shared<bool>();

 private:
  ConsoleAnswer show(const std::string& view) const;
  Task<ConsoleAnswer> pause(std::string entry);
  ConsoleAnswer resume(const std::string& entry);
};

/// Runs a task to its end and gives back what it returned.
template <class T>
T run(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    result.emplace(std::move(value));
    context.stop();
  });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace cutover::agent
