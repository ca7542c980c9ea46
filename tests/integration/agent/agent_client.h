// A controller's end of the wire, blocking, for tests: hello, then one request and its reply.
#pragma once

#include <chrono>
#include <string>

#include "common/wire/message_stream.h"

namespace cutover::agent {

class AgentClient {
 public:
  /// Connects and greets; throws std::runtime_error when nobody answers.
  explicit AgentClient(const std::string& socket);
  AgentClient(AgentClient&& other) noexcept;
  ~AgentClient();

  void send(const proto::Request& request);
  void send_bytes(const std::string& bytes);
  void end_sending();  ///< the other direction stays open
  /// The next reply; throws when the connection ends or nothing comes within 30 s.
  proto::Reply receive();
  proto::Reply ask(const proto::Request& request);
  /// True when the agent closes the connection within the limit.
  bool is_closed_within(std::chrono::milliseconds limit);

 private:
  proto::Envelope next();

  int fd_ = -1;
  std::uint64_t next_id_ = 1;
  wire::FrameDecoder decoder_;
};

/// Requests with run "run-EPOCH".
proto::Request claim_request(std::uint64_t epoch, proto::ClaimPurpose purpose = proto::RUN);
proto::Request pause_request(std::uint64_t epoch, std::uint32_t drain_ms, std::uint32_t lease_ms);
proto::Request prepare_pause_request(std::uint64_t epoch, std::uint32_t lease_ms);
proto::Request resume_request(std::uint64_t epoch);
proto::Request renew_request(std::uint64_t epoch, std::uint32_t lease_ms);
proto::Request switch_request(std::uint64_t epoch);
proto::Request revert_request(std::uint64_t epoch);
proto::Request ping_request();

}  // namespace cutover::agent
