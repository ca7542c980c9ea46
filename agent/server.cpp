// See server.h.
#include "agent/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "agent/log.h"
#include "agent/peer.h"
#include "agent/session.h"
#include "agent/supervisor.h"
#include "agent/unix_connect.h"
#include "common/async/within.h"
#include "common/base/durable_file.h"
#include "common/base/file_descriptor.h"

namespace cutover::agent {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
constexpr std::chrono::milliseconds run_limit{10'000};
constexpr std::chrono::milliseconds last_words{500};
constexpr std::chrono::milliseconds wind_up_limit{5000};
constexpr std::chrono::milliseconds accept_pause{100};

Error system_error(const std::string& doing, const std::string& path) {
  return Error{doing + " " + path + ": " + std::strerror(errno),
               "see that the directory exists and belongs to the agent's user"};
}

Result<void> clear_the_way(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode))
    return Error{path + " is there and is no socket", "change `socket` in agent.toml"};
  if (somebody_listens(path))
    return Error{"another agent listens on " + path, "stop it first, or change `socket`"};
  if (::unlink(path.c_str()) != 0) return system_error("cannot remove the stale socket", path);
  return {};
}

/// 0660 and the group, before the first connection is taken.
Result<void> open_to_group(const std::string& path, gid_t group) {
  if (::chown(path.c_str(), static_cast<uid_t>(-1), group) != 0)
    return system_error("cannot give the group to", path);
  if (::chmod(path.c_str(), 0660) != 0) return system_error("cannot set the mode of", path);
  return {};
}

Result<Protocol::acceptor> listen_on(const asio::any_io_executor& executor,
                                     const ServerOptions& options) {
  const auto clear = clear_the_way(options.socket);
  if (clear.has_error()) return clear.error();
  Protocol::acceptor acceptor(executor, Protocol());
  const mode_t mask = ::umask(0177);
  boost::system::error_code failure;
  acceptor.bind(Protocol::endpoint(options.socket), failure);
  ::umask(mask);
  errno = failure.value();
  if (failure) return system_error("cannot listen on", options.socket);
  const auto opened = open_to_group(options.socket, options.group);
  if (opened.has_error()) return opened.error();
  acceptor.listen();
  return acceptor;
}

/// The count of connections goes down however the session ends.
struct Place {
  explicit Place(std::shared_ptr<std::size_t> of) : taken(std::move(of)) { ++*taken; }
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (taken) --*taken;
  }
  std::shared_ptr<std::size_t> taken;
};

Task<void> serve_one(Agent& agent, Protocol::socket socket, gid_t group, Place place) {
  const auto peer = peer_of(socket.native_handle());
  if (peer.has_error()) {
    log_warning("connection refused", {{"what", peer.error().what}});
    co_return;
  }
  const Outcome allowed = may_connect(peer.value(), ::geteuid(), group);
  if (!allowed.is_done()) {
    log_warning("connection refused", {{"what", allowed.detail}, {"hint", allowed.hint}});
    co_return;
  }
  const std::string who =
      "pid " + std::to_string(peer.value().pid) + " uid " + std::to_string(peer.value().uid);
  const auto executor = socket.get_executor();
  auto bytes = wire::stream_of_socket(executor, socket.release());
  const SessionLimits limits;
  co_await serve_session(agent, std::move(bytes), who, limits);
  static_cast<void>(place);
}

Task<void> accept_loop(Agent& agent, Protocol::acceptor& acceptor, ServerOptions options) {
  const auto taken = std::make_shared<std::size_t>(0);
  while (acceptor.is_open()) {
    boost::system::error_code failure;
    Protocol::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    if (failure == asio::error::operation_aborted) break;
    if (failure) {
      log_warning("accept", {{"what", failure.message()}});
      co_await sleep_for(accept_pause);
      continue;
    }
    if (*taken >= options.connections) {
      log_warning("connection refused", {{"what", "too many connections"}});
      continue;
    }
    asio::co_spawn(acceptor.get_executor(),
                   serve_one(agent, std::move(socket), options.group, Place(taken)),
                   asio::detached);
  }
}

Task<void> next_of(asio::signal_set& signals) {
  co_await signals.async_wait(asio::use_awaitable);
}

/// Until the clients that are held here go on, as the run or the lease has it.
Task<void> see_the_run_through(Agent& agent) {
  const bool settled = co_await agent.settle(run_limit);
  // The reply to what ended the pause is on its way.
  if (settled) co_await sleep_for(last_words);
}

/// To resume in the middle of a run would show clients a fenced server: they wait for its end
/// instead, with the agent at the run's service. A second signal ends that.
Task<void> until_told_to_stop(Agent& agent) {
  const auto executor = co_await asio::this_coro::executor;
  asio::signal_set signals(executor, SIGTERM, SIGINT);
  co_await next_of(signals);
  log_info("stopping");
  tell_supervisor("STOPPING=1");
  const Phase phase = agent.record().phase;
  if (phase != Phase::paused && phase != Phase::switching) co_return;
  log_warning("clients are held: their run goes on first",
              {{"hint", "a second signal resumes them at once, on the old route"}});
  co_await first_of(see_the_run_through(agent), next_of(signals));
}

}  // namespace

bool somebody_listens(const std::string& path) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int failure = connect_to(socket.get(), path);
  return failure == 0 || failure == EAGAIN;
}

Task<Result<void>> serve(Agent& agent, ServerOptions options) {
  const auto executor = co_await asio::this_coro::executor;
  auto acceptor = listen_on(executor, options);
  if (acceptor.has_error()) co_return acceptor.error();
  agent.take_up();
  agent.start_metrics();
  log_info("serving", {{"socket", options.socket}});
  tell_supervisor("READY=1");
  asio::co_spawn(executor, give_signs_of_life(), asio::detached);
  auto accepting = accept_loop(agent, acceptor.value(), options);
  co_await first_of(std::move(accepting), until_told_to_stop(agent));
  acceptor.value().close();
  ::unlink(options.socket.c_str());
  const bool wound_up = co_await within(wind_up_limit, agent.wind_up());
  if (!wound_up) log_error("could not wind up in time", {});
  co_return Result<void>();
}

}  // namespace cutover::agent
