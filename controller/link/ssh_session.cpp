#include "controller/link/ssh_session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <stdexcept>

namespace cutover {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

void initialise_once() {
  static const int failure = ::libssh2_init(0);
  if (failure != 0) throw std::runtime_error("libssh2 cannot be initialised");
}

/// libssh2 takes callbacks as void*, since 1.11.1 as functions.
template <class Function>
void set_callback(LIBSSH2_SESSION* session, int kind, Function* function) {
#if LIBSSH2_VERSION_NUM >= 0x010b01
  ::libssh2_session_callback_set2(session, kind, reinterpret_cast<libssh2_cb_generic*>(function));
#else
  ::libssh2_session_callback_set(session, kind, reinterpret_cast<void*>(function));
#endif
}

}  // namespace

SshSession::SshSession(std::unique_ptr<tcp::socket> socket)
    : socket_(std::move(socket)), turn_(socket_->get_executor()) {
  initialise_once();
  socket_->native_non_blocking(true);
  session_ = ::libssh2_session_init_ex(nullptr, nullptr, nullptr, this);
  if (!session_) throw std::bad_alloc();
  ::libssh2_session_set_blocking(session_, 0);
  set_callback(session_, LIBSSH2_CALLBACK_RECV, &receive);
  set_callback(session_, LIBSSH2_CALLBACK_SEND, &send);
}

SshSession::~SshSession() {
  close();
  // With the socket gone nothing can be waited for, so this frees everything in one call.
  ::libssh2_session_free(session_);
}

ssize_t SshSession::receive(libssh2_socket_t, void* buffer, size_t size, int flags,
                            void** session) {
  auto& self = *static_cast<SshSession*>(*session);
  if (self.is_closed_) return -ECONNRESET;
  const ssize_t count = ::recv(self.descriptor(), buffer, size, flags | MSG_DONTWAIT);
  if (count < 0) return -errno;
  self.received_ += static_cast<std::size_t>(count);
  return count;
}

ssize_t SshSession::send(libssh2_socket_t, const void* buffer, size_t size, int flags,
                         void** session) {
  auto& self = *static_cast<SshSession*>(*session);
  if (self.is_closed_) return -EPIPE;
  const ssize_t count = ::send(self.descriptor(), buffer, size, flags | MSG_NOSIGNAL);
  return count < 0 ? -errno : count;
}

Task<int> SshSession::drive(Step step) {
  auto turn = co_await turn_.acquire();
  while (!is_closed_) {
    const auto received_before = received_;
    const int code = step();
    // What this step took from the socket may be what another waits for.
    if (received_ != received_before && !is_closed_) socket_->cancel();
    if (code != LIBSSH2_ERROR_EAGAIN) co_return code;
    const int directions = ::libssh2_session_block_directions(session_);
    if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
      co_await wait_for_socket(true);
      continue;
    }
    turn.release();
    co_await wait_for_socket(false);
    turn = co_await turn_.acquire();
  }
  co_return LIBSSH2_ERROR_SOCKET_DISCONNECT;
}

Task<void> SshSession::wait_for_socket(bool to_write) {
  constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
  const auto what = to_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  co_await socket_->async_wait(what, awaited);
}

bool SshSession::can_send_at_once() {
  if (is_closed_ || turn_.is_held()) return false;
  pollfd waiting{descriptor(), POLLOUT, 0};
  return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLOUT) != 0;
}

std::string SshSession::last_error() {
  if (is_closed_) return "the connection was closed on this side";
  char* text = nullptr;
  const int code = ::libssh2_session_last_error(session_, &text, nullptr, 0);
  return fmt::format("{} (libssh2 error {})", text && *text ? text : "no reason given", code);
}

void SshSession::close() {
  if (is_closed_) return;
  if (can_send_at_once()) ::libssh2_session_disconnect(session_, "done");
  is_closed_ = true;
  error_code ignored;
  socket_->close(ignored);
}

}  // namespace cutover
