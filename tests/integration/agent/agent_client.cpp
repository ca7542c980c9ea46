// See agent_client.h.
#include "tests/integration/agent/agent_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "common/wire/hello.h"

namespace cutover::agent {
namespace {

constexpr int patience_ms = 30'000;

proto::Request request_of(std::uint64_t epoch) {
  proto::Request request;
  request.set_run_id("run-" + std::to_string(epoch));
  request.set_epoch(epoch);
  return request;
}

}  // namespace

AgentClient::AgentClient(const std::string& socket) {
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd_, plain, sizeof address) != 0)
    throw std::runtime_error(socket + ": " + std::strerror(errno));
  proto::Envelope hello;
  *hello.mutable_hello() = wire::make_hello("test");
  send_bytes(wire::encode(hello).value());
  if (!next().has_hello()) throw std::runtime_error("the agent did not greet");
}

AgentClient::AgentClient(AgentClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      next_id_(other.next_id_),
      decoder_(std::move(other.decoder_)) {}

AgentClient::~AgentClient() {
  if (fd_ >= 0) ::close(fd_);
}

void AgentClient::end_sending() {
  ::shutdown(fd_, SHUT_WR);
}

void AgentClient::send_bytes(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("the agent closed the connection");
    sent += static_cast<std::size_t>(count);
  }
}

void AgentClient::send(const proto::Request& request) {
  proto::Envelope envelope;
  *envelope.mutable_request() = request;
  envelope.mutable_request()->set_id(next_id_++);
  send_bytes(wire::encode(envelope).value());
}

proto::Envelope AgentClient::next() {
  while (true) {
    const auto envelope = decoder_.next();
    if (envelope.has_error()) throw std::runtime_error(envelope.error().what);
    if (envelope.value()) return *envelope.value();
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) throw std::runtime_error("the agent is silent");
    char buffer[65536];
    const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("the agent closed the connection");
    decoder_.push({buffer, static_cast<std::size_t>(count)});
  }
}

proto::Reply AgentClient::receive() {
  return next().reply();
}

proto::Reply AgentClient::ask(const proto::Request& request) {
  send(request);
  return receive();
}

bool AgentClient::is_closed_within(std::chrono::milliseconds limit) {
  pollfd waiting{fd_, POLLIN, 0};
  char byte = 0;
  return ::poll(&waiting, 1, static_cast<int>(limit.count())) == 1 && ::recv(fd_, &byte, 1, 0) <= 0;
}

proto::Request claim_request(std::uint64_t epoch, proto::ClaimPurpose purpose) {
  proto::Request request = request_of(epoch);
  request.mutable_claim()->set_purpose(purpose);
  return request;
}

proto::Request pause_request(std::uint64_t epoch, std::uint32_t drain_ms, std::uint32_t lease_ms) {
  proto::Request request = request_of(epoch);
  request.mutable_pause()->set_drain_timeout_ms(drain_ms);
  request.mutable_pause()->set_lease_ms(lease_ms);
  return request;
}

proto::Request prepare_pause_request(std::uint64_t epoch, std::uint32_t lease_ms) {
  proto::Request request = request_of(epoch);
  request.mutable_pause()->set_lease_ms(lease_ms);
  request.mutable_pause()->set_only_prepare(true);
  return request;
}

proto::Request resume_request(std::uint64_t epoch) {
  proto::Request request = request_of(epoch);
  request.mutable_resume();
  return request;
}

proto::Request renew_request(std::uint64_t epoch, std::uint32_t lease_ms) {
  proto::Request request = request_of(epoch);
  request.mutable_renew()->set_lease_ms(lease_ms);
  return request;
}

proto::Request switch_request(std::uint64_t epoch) {
  proto::Request request = request_of(epoch);
  request.mutable_switch_();
  return request;
}

proto::Request revert_request(std::uint64_t epoch) {
  proto::Request request = request_of(epoch);
  request.mutable_revert();
  return request;
}

proto::Request ping_request() {
  proto::Request request;
  request.mutable_ping();
  return request;
}

}  // namespace cutover::agent
