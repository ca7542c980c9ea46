// transport = "openssh": OpenSSH's own client as a child process, its stdin and stdout as the
// stream. It knows what libssh2 does not: RSA, certificates, ProxyJump, security keys.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <vector>

#include "common/async/signal.h"
#include "common/async/within.h"
#include "controller/link/bounded_text.h"
#include "controller/link/transport.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

std::string option(const char* name, long value) {
  return fmt::format("{}={}", name, value);
}

std::vector<std::string> ssh_arguments(const BouncerConfig& bouncer,
                                       const TransportOptions& options) {
  const auto alive_interval = std::max<long>(1, options.peer_timeout.count() / 3000);
  const auto connect_seconds = std::max<long>(1, (options.connect_limit.count() + 999) / 1000);
  std::vector<std::string> arguments{"ssh", "-T"};
  const auto add = [&](const std::string& value) {
    arguments.insert(arguments.end(), {"-o", value});
  };
  add("BatchMode=yes");
  add("StrictHostKeyChecking=yes");
  add(option("ServerAliveInterval", alive_interval));
  add(option("ServerAliveCountMax", 3));
  add(option("ConnectTimeout", connect_seconds));
  add("ClearAllForwardings=yes");
  add("ForwardAgent=no");
  // A shared master connection would outlive us and hold our pipes.
  add("ControlMaster=no");
  add("ControlPath=none");
  if (!bouncer.known_hosts.empty())
    add(fmt::format("UserKnownHostsFile=\"{}\"", bouncer.known_hosts.string()));
  if (!bouncer.identity.empty()) {
    add("IdentitiesOnly=yes");
    arguments.insert(arguments.end(), {"-i", bouncer.identity.string()});
  }
  arguments.insert(arguments.end(), {"-p", std::to_string(bouncer.port)});
  if (!bouncer.user.empty()) arguments.insert(arguments.end(), {"-l", bouncer.user});
  arguments.insert(arguments.end(), {"--", bouncer.host, bouncer.command});
  return arguments;
}

/// A child with one socket as its stdin and stdout, and a pipe as its stderr. A socket and not
/// pipes, so that writing to a dead child is an error and no signal.
struct Child {
  pid_t pid = -1;
  int stream = -1;
  int errors = -1;
};

/// In a process group of its own, so that Ctrl-C in the terminal is ours alone to handle.
Result<pid_t> spawn(std::vector<std::string> arguments, int stream, int errors) {
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, stream, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, stream, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&defaults, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int failure =
      ::posix_spawnp(&pid, argv.front(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0)
    return Error{fmt::format("cannot start {}: {}", arguments.front(), std::strerror(failure)),
                 "install OpenSSH's client, or use transport = \"libssh2\""};
  return pid;
}

Result<Child> start_child(std::vector<std::string> arguments) {
  int stream[2];
  int errors[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream) != 0)
    return Error{fmt::format("cannot make a socket: {}", std::strerror(errno))};
  if (::pipe2(errors, O_CLOEXEC) != 0) {
    ::close(stream[0]);
    ::close(stream[1]);
    return Error{fmt::format("cannot make a pipe: {}", std::strerror(errno))};
  }
  const auto pid = spawn(std::move(arguments), stream[1], errors[1]);
  ::close(stream[1]);
  ::close(errors[1]);
  if (pid) return Child{*pid, stream[0], errors[0]};
  ::close(stream[0]);
  ::close(errors[0]);
  return pid.error();
}

/// What a child writes to stderr, read as it comes so that the child never blocks on it.
struct ErrorOutput {
  ErrorOutput(const asio::any_io_executor& executor, int descriptor)
      : pipe(executor, descriptor), changed(executor) {}
  asio::posix::stream_descriptor pipe;
  Signal changed;
  BoundedText text;
  bool has_ended = false;
};

Task<void> collect(std::shared_ptr<ErrorOutput> output) {
  constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
  std::vector<char> piece(1024);
  while (!output->has_ended) {
    const auto answer = co_await output->pipe.async_read_some(asio::buffer(piece), awaited);
    const error_code error = std::get<0>(answer);
    output->text.append({piece.data(), std::get<1>(answer)});
    output->has_ended = error.failed();
  }
  output->changed.wake();
}

Task<void> wait_for_end(std::shared_ptr<ErrorOutput> output) {
  while (!output->has_ended) co_await output->changed.wait();
}

class ChildStream : public wire::ByteStream {
 public:
  ChildStream(const asio::any_io_executor& executor, Child child)
      : pid_(child.pid),
        stream_(wire::stream_of_socket(executor, child.stream)),
        errors_(std::make_shared<ErrorOutput>(executor, child.errors)) {
    asio::co_spawn(executor, collect(errors_), asio::detached);
  }
  ~ChildStream() override { close(); }

  asio::any_io_executor executor() override { return stream_->executor(); }
  Task<Result<void>> write_all(std::string bytes) override {
    return stream_->write_all(std::move(bytes));
  }
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    auto size = co_await stream_->read_some(into);
    const bool has_ended = !size || *size == 0;
    // Its last words come on the other pipe, and may be a moment behind.
    if (has_ended && pid_ > 0) co_await within(milliseconds(500), wait_for_end(errors_));
    co_return size;
  }
  std::string diagnosis() const override { return errors_->text.shown(); }

  void close() override {
    stream_->close();
    error_code ignored;
    errors_->pipe.close(ignored);
    if (pid_ <= 0) return;
    // The whole group: a ProxyCommand goes with it. What was killed so is gone at once.
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }

 private:
  pid_t pid_;
  std::unique_ptr<wire::ByteStream> stream_;
  std::shared_ptr<ErrorOutput> errors_;
};

}  // namespace

Task<StreamResult> open_openssh(asio::any_io_executor executor, BouncerConfig bouncer,
                                TransportOptions options) {
  auto child = start_child(ssh_arguments(bouncer, options));
  if (!child) co_return child.error();
  co_return std::make_unique<ChildStream>(executor, *child);
}

}  // namespace cutover
