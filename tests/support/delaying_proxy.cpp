#include "tests/support/delaying_proxy.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/free_port.h"
#include "tests/support/loopback.h"

namespace cutover::support {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

void set_up(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
}

/// Bytes on their way; an empty text is the end of the stream.
struct OnTheWay {
  Clock::time_point due;
  std::string bytes;
};

struct Direction {
  int from = -1;
  int to = -1;
  std::deque<OnTheWay> bytes = {};
  bool ended = false;

  void take(Clock::duration delay) {
    char buffer[65536];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    ended = got <= 0;
    bytes.push_back(
        {Clock::now() + delay, got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : ""});
  }

  void give() {
    while (!bytes.empty() && bytes.front().due <= Clock::now()) {
      std::string& text = bytes.front().bytes;
      if (text.empty()) ::shutdown(to, SHUT_WR);
      const ssize_t sent = text.empty() ? 0 : ::send(to, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return;
      text.erase(0, sent < 0 ? text.size() : static_cast<std::size_t>(sent));
      if (text.empty()) bytes.pop_front();
    }
  }
};

struct Connection {
  Direction there;
  Direction back;

  bool is_over() const {
    return there.ended && back.ended && there.bytes.empty() && back.bytes.empty();
  }
  void close() const {
    ::close(there.from);
    ::close(there.to);
  }
};

}  // namespace

struct DelayingProxy::Impl {
  Impl(std::uint16_t given_target, Clock::duration given_delay)
      : target(given_target), delay(given_delay), listener(listen_on(port, 128)) {
    ::fcntl(listener, F_SETFL, O_NONBLOCK);
    thread = std::thread([this] { serve(); });
  }

  ~Impl() {
    stopping = true;
    thread.join();
    for (const Connection& connection : connections) connection.close();
    ::close(listener);
  }

  void serve();
  void accept_one();
  void pass();
  void wait() const;

  FreePort port;
  std::uint16_t target;
  Clock::duration delay;
  int listener;
  std::list<Connection> connections;
  std::atomic<bool> stopping = false;
  std::atomic<bool> silent = false;
  std::atomic<bool> cutting = false;
  std::thread thread;
};

void DelayingProxy::Impl::accept_one() {
  const int client = ::accept(listener, nullptr, nullptr);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(target);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(server);
    ::close(client);
    return;
  }
  set_up(client);
  set_up(server);
  connections.push_back({{.from = client, .to = server}, {.from = server, .to = client}});
}

/// Until something can be read or is due.
void DelayingProxy::Impl::wait() const {
  std::vector<pollfd> sockets{{listener, POLLIN, 0}};
  auto due = Clock::now() + 20ms;
  for (const Connection& connection : connections) {
    for (const Direction* direction : {&connection.there, &connection.back}) {
      if (!direction->ended) sockets.push_back({direction->from, POLLIN, 0});
      if (!direction->bytes.empty()) due = std::min(due, direction->bytes.front().due);
    }
  }
  const auto left = std::max(due - Clock::now(), Clock::duration{50us});
  const timespec limit{0, std::chrono::nanoseconds(left).count()};
  ::ppoll(sockets.data(), sockets.size(), &limit, nullptr);
}

void DelayingProxy::Impl::pass() {
  for (Connection& connection : connections) {
    for (Direction* direction : {&connection.there, &connection.back}) {
      if (!direction->ended) direction->take(delay);
      direction->give();
    }
  }
}

void DelayingProxy::Impl::serve() {
  while (!stopping) {
    if (silent) {
      std::this_thread::sleep_for(1ms);
    } else {
      wait();
      accept_one();
      pass();
    }
    const bool all = cutting.exchange(false);
    connections.remove_if([all](const Connection& connection) {
      const bool is_over = all || connection.is_over();
      if (is_over) connection.close();
      return is_over;
    });
    if (all) silent = false;
  }
}

DelayingProxy::DelayingProxy(std::uint16_t target, std::chrono::microseconds round_trip)
    : impl_(std::make_unique<Impl>(target, round_trip / 2)) {}

DelayingProxy::DelayingProxy(DelayingProxy&&) noexcept = default;
DelayingProxy& DelayingProxy::operator=(DelayingProxy&&) noexcept = default;
DelayingProxy::~DelayingProxy() = default;

void DelayingProxy::go_silent() {
  impl_->silent = true;
}

void DelayingProxy::cut_connections() {
  impl_->cutting = true;
}

std::uint16_t DelayingProxy::port() const {
  return impl_->port.number();
}

}  // namespace cutover::support
