// A blue and a green PostgreSQL with the same tables, replicating once subscribe() was called, and
// server fleets on them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "controller/runbook/phase.h"
#include "controller/servers/server_fleet.h"
#include "tests/support/postgres_server.h"

namespace cutover {

struct PairOptions {
  int blue_major = 15;
  int green_major = 15;
  int databases = 1;
  int subscriptions = 1;
  std::string ddl = {};  ///< on both, beside table `item`
  std::vector<std::pair<std::string, std::string>> blue_settings = {};
};

class ServerPair {
 public:
  explicit ServerPair(PairOptions options = {});

  void prepare();
  void subscribe();
  /// Connected and with the schema remembered.
  std::unique_ptr<ServerFleet> fleet(const std::string& run_id = "run-1");
  /// prepare, subscribe, a fleet that has claimed and installed its triggers.
  std::unique_ptr<ServerFleet> armed_fleet(const std::string& run_id = "run-1");

  /// Hold, mark, first gate: everything before the decision.
  void pass_first_gate(ServerFleet& fleet);
  void wait_for_gate(ServerFleet& fleet, const Mark& mark);

  /// A session of the ordinary role "app", which may write the tables and nothing else.
  support::SqlSession client(const std::string& options = "", const std::string& database = "app0");
  support::SqlSession on_blue(const std::string& database = "app0");
  support::SqlSession on_green(const std::string& database = "app0");
  std::string blue_value(const std::string& sql) { return on_blue().value(sql); }
  std::string green_value(const std::string& sql) { return on_green().value(sql); }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    auto body = [](Task<T> inner, std::optional<T>& slot) -> Task<void> {
      T value = co_await std::move(inner);
      slot.emplace(std::move(value));
    };
    boost::asio::co_spawn(context_, body(std::move(task), result),
                          [&](std::exception_ptr thrown) { failure = thrown; });
    context_.restart();
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!result && !failure && std::chrono::steady_clock::now() < give_up)
      context_.run_one_for(std::chrono::seconds(1));
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::runtime_error("the coroutine did not end within 60 s");
    return std::move(*result);
  }

  support::PostgresServer blue;
  support::PostgresServer green;
  std::vector<DatabaseConfig> databases;

 private:
  boost::asio::io_context context_;
};

/// "done", or what stood against it; for messages of tests.
std::string told(const Outcome& outcome);

/// In doubt where it had not ended by then; it was cut off.
Task<Outcome> ended_within(std::chrono::milliseconds limit, Task<Outcome> act);
/// Whether green's position was recorded by then.
Task<bool> is_durable_within(ServerFleet& fleet, std::chrono::milliseconds limit);

}  // namespace cutover
