// A remote command over ssh as a ByteStream: its stdin and stdout are the stream, its stderr and
// exit status explain an early end.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <vector>

#include "common/async/within.h"
#include "controller/link/bounded_text.h"
#include "controller/link/ssh_login.h"
#include "controller/link/ssh_session.h"
#include "controller/link/tcp_connect.h"
#include "controller/link/transport.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Sends libssh2's keepalives as long as the session is open.
struct Keepalive {
  std::shared_ptr<SshSession> session;
  asio::steady_timer timer;
};

Task<void> keep_alive(std::shared_ptr<Keepalive> keepalive) {
  constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
  SshSession& session = *keepalive->session;
  while (!session.is_closed()) {
    int seconds = 1;
    // With a full socket the network is not idle, and libssh2 must not keep half a packet.
    const bool sends = session.can_send_at_once();
    if (sends && ::libssh2_keepalive_send(session.handle(), &seconds) != 0) session.close();
    keepalive->timer.expires_after(std::chrono::seconds(std::max(seconds, 1)));
    if (!session.is_closed()) co_await keepalive->timer.async_wait(awaited);
  }
}

class SshCommand : public wire::ByteStream {
 public:
  SshCommand(std::shared_ptr<SshSession> session, LIBSSH2_CHANNEL* channel, std::string command,
             milliseconds peer_timeout)
      : session_(std::move(session)),
        channel_(channel),
        command_(std::move(command)),
        keepalive_(std::make_shared<Keepalive>(
            Keepalive{session_, asio::steady_timer(session_->executor())})) {
    const auto interval = std::max<long>(2, peer_timeout.count() / 3000);
    ::libssh2_keepalive_config(session_->handle(), 0, static_cast<unsigned>(interval));
    asio::co_spawn(session_->executor(), keep_alive(keepalive_), asio::detached);
  }
  ~SshCommand() override { close(); }

  asio::any_io_executor executor() override { return session_->executor(); }
  Task<Result<std::size_t>> read_some(std::span<char> into) override;
  Task<Result<void>> write_all(std::string bytes) override;
  void close() override {
    session_->close();
    keepalive_->timer.cancel();
  }
  std::string diagnosis() const override;

 private:
  int take(std::span<char> into);
  void take_errors();
  Task<void> learn_exit_status();

  std::shared_ptr<SshSession> session_;
  LIBSSH2_CHANNEL* channel_;  ///< freed with the session
  std::string command_;
  std::shared_ptr<Keepalive> keepalive_;
  BoundedText errors_;
  std::optional<int> exit_status_;
};

void SshCommand::take_errors() {
  char piece[1024];
  for (ssize_t size = 1; size > 0;) {
    size = ::libssh2_channel_read_stderr(channel_, piece, sizeof piece);
    if (size > 0) errors_.append({piece, static_cast<std::size_t>(size)});
  }
}

int SshCommand::take(std::span<char> into) {
  take_errors();
  const auto size = ::libssh2_channel_read(channel_, into.data(), into.size());
  if (size != 0) return static_cast<int>(size);
  // Nothing, but perhaps not the end: libssh2 says eof only when stderr is empty too.
  take_errors();
  return ::libssh2_channel_eof(channel_) != 0 ? 0 : LIBSSH2_ERROR_EAGAIN;
}

Task<Result<std::size_t>> SshCommand::read_some(std::span<char> into) {
  const SshSession::Step step = [this, into] { return take(into); };
  const int size = co_await session_->drive(step);
  if (size < 0) co_return Error{"reading over ssh failed: " + session_->last_error()};
  if (size == 0 && !exit_status_) co_await within(milliseconds(500), learn_exit_status());
  co_return static_cast<std::size_t>(size);
}

Task<void> SshCommand::learn_exit_status() {
  const SshSession::Step step = [this] { return ::libssh2_channel_wait_closed(channel_); };
  const int code = co_await session_->drive(step);
  if (code == 0) exit_status_ = ::libssh2_channel_get_exit_status(channel_);
}

Task<Result<void>> SshCommand::write_all(std::string bytes) {
  std::size_t written = 0;
  // After EAGAIN libssh2 wants the very same bytes again.
  const SshSession::Step step = [&] {
    return static_cast<int>(
        ::libssh2_channel_write(channel_, bytes.data() + written, bytes.size() - written));
  };
  while (written < bytes.size()) {
    const int size = co_await session_->drive(step);
    if (size < 0) co_return Error{"writing over ssh failed: " + session_->last_error()};
    written += static_cast<std::size_t>(size);
  }
  co_return Result<void>();
}

std::string SshCommand::diagnosis() const {
  std::string said = errors_.shown();
  if (!exit_status_) return said;
  return fmt::format("`{}` ended with status {}{}{}", command_, *exit_status_,
                     said.empty() ? "" : ": ", said);
}

Task<StreamResult> start_command(std::shared_ptr<SshSession> session, std::string command,
                                 milliseconds peer_timeout) {
  LIBSSH2_CHANNEL* channel = nullptr;
  const SshSession::Step open = [&] {
    channel = ::libssh2_channel_open_session(session->handle());
    return channel ? 0 : ::libssh2_session_last_errno(session->handle());
  };
  const int opened = co_await session->drive(open);
  if (opened != 0)
    co_return Error{"sshd opens no session: " + session->last_error(),
                    "see MaxSessions in its sshd_config"};
  const SshSession::Step execute = [&] { return ::libssh2_channel_exec(channel, command.c_str()); };
  const int executed = co_await session->drive(execute);
  if (executed != 0)
    co_return Error{fmt::format("sshd does not run `{}`: {}", command, session->last_error()),
                    "see `command` in the configuration, and ForceCommand in its sshd_config"};
  co_return std::make_unique<SshCommand>(session, channel, std::move(command), peer_timeout);
}

}  // namespace

Task<StreamResult> open_libssh2(asio::any_io_executor executor, BouncerConfig bouncer,
                                TransportOptions options) {
  const TcpOptions tcp{options.connect_limit, options.peer_timeout};
  auto socket = co_await connect_tcp(std::move(executor), bouncer.host, bouncer.port, tcp);
  if (!socket) co_return socket.error();
  const auto session = std::make_shared<SshSession>(std::move(*socket));
  const auto met = co_await meet_host(*session, bouncer);
  if (!met) co_return met.error();
  const auto authenticated = co_await authenticate(*session, bouncer);
  if (!authenticated) co_return authenticated.error();
  auto stream = co_await start_command(session, bouncer.command, options.peer_timeout);
  co_return stream;
}

}  // namespace cutover
