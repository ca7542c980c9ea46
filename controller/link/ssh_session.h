// The one wrapper of libssh2: a session on a connected socket, every call of it repeated until
// libssh2 has what it needs, waiting for the socket in between. Next: ssh_login.h, ssh_command.cpp.
#pragma once

#include <libssh2.h>

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/result.h"

namespace cutover {

class SshSession {
 public:
  using Step = std::function<int()>;

  explicit SshSession(std::unique_ptr<boost::asio::ip::tcp::socket> socket);
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;
  ~SshSession();

  /// Calls `step` until it returns anything but LIBSSH2_ERROR_EAGAIN. Several coroutines may drive
  /// at once: one step runs at a time, and one whose packet is half sent goes first until it is
  /// sent (libssh2 fails when another packet comes between). After close() it returns an error.
  Task<int> drive(Step step);

  LIBSSH2_SESSION* handle() { return session_; }
  boost::asio::any_io_executor executor() { return socket_->get_executor(); }
  int descriptor() { return socket_->native_handle(); }
  bool is_closed() const { return is_closed_; }
  /// True when a packet would leave at once, so that libssh2 need not keep a part of it.
  bool can_send_at_once();
  /// libssh2's last error, or what became of the socket.
  std::string last_error();
  /// Says goodbye if that does not wait, and closes the socket.
  void close();

 private:
  static ssize_t receive(libssh2_socket_t, void* buffer, size_t size, int flags, void** session);
  static ssize_t send(libssh2_socket_t, const void* buffer, size_t size, int flags, void** session);
  Task<void> wait_for_socket(bool to_write);

  std::unique_ptr<boost::asio::ip::tcp::socket> socket_;
  Lock turn_;
  LIBSSH2_SESSION* session_ = nullptr;
  std::size_t received_ = 0;  ///< bytes; a step that took some may have taken another's
  bool is_closed_ = false;
};

}  // namespace cutover
