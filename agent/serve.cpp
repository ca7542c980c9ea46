// `cutover-agent serve` and `resume`: the agent put together from its configuration.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include "agent/commands.h"
#include "agent/log.h"
#include "agent/own_user.h"
#include "agent/peer.h"
#include "agent/resume_report.h"
#include "agent/server.h"
#include "common/base/version.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::minutes settle_limit{10};

void complain(const Error& error) {
  log_error("cannot start", {{"what", error.what}, {"hint", error.hint}});
}

/// Runs `task` to its end on one thread; whatever is left of other tasks is dropped.
template <class T>
T run_to_end(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    result = std::move(value);
    context.stop();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

struct Assembly {
  explicit Assembly(const AgentConfig& config)
      : metrics(program_version),
        agent(context.get_executor(), config, clock, metrics,
              [](const BouncerConfig& bouncer) { return dialer_of(bouncer.admin); }) {}

  boost::asio::io_context context{1};
  HostBootClock clock;
  Metrics metrics;
  Agent agent;
};

/// As systemd tells its ExecStopPost: the agent died, and another is started when this one ends.
/// Not after "success" or "timeout", where somebody wants it stopped.
bool is_started_again() {
  const char* const result = std::getenv("SERVICE_RESULT");
  constexpr std::array deaths = {"signal", "core-dump", "watchdog", "exit-code", "oom-kill"};
  return result != nullptr && std::ranges::find(deaths, std::string_view(result)) != deaths.end();
}

}  // namespace

int run_serve(const AgentConfig& config) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto user = may_serve(::geteuid());
  if (user.has_error()) return complain(user.error()), 1;
  Assembly parts(config);
  const auto group = group_named(config.group);
  if (group.has_error()) return complain(group.error()), 1;
  const auto loaded = parts.agent.load();
  if (loaded.has_error()) return complain(loaded.error()), 1;
  if (!config.metrics_listen.empty()) {
    const auto exposed = parts.metrics.expose(config.metrics_listen);
    if (exposed.has_error()) return complain(exposed.error()), 1;
  }
  const ServerOptions options{config.socket, group.value()};
  const auto served = run_to_end(parts.context, serve(parts.agent, options));
  if (served.has_error()) return complain(served.error()), 1;
  return 0;
}

int run_resume(const AgentConfig& config) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto own = take_own_user(config);
  if (own.has_error()) return complain(own.error()), 1;
  if (somebody_listens(config.socket)) {
    std::cout << "the agent runs: it sees to this itself\n";
    return 0;
  }
  Assembly parts(config);
  const auto loaded = parts.agent.load();
  if (loaded.has_error()) return complain(loaded.error()), 1;
  const Phase before = parts.agent.record().phase;
  if (parts.agent.holds_by_a_lease() && is_started_again()) {
    std::cout << "the lease lives: left to the agent that systemd starts again\n";
    return 0;
  }
  parts.agent.take_up();
  const bool settled = run_to_end(parts.context, parts.agent.settle(settle_limit));
  std::cout << resume_report({before, parts.agent.record().phase, settled});
  return settled ? 0 : 1;
}

}  // namespace cutover::agent
