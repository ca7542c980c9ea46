// One connection of a controller: hello, then requests and their replies in any order. A frame that
// cannot be read closes this connection and nothing else; what was begun goes on.
#pragma once

#include <memory>
#include <string>

#include "agent/agent.h"
#include "common/wire/message_stream.h"

namespace cutover::agent {

struct SessionLimits {
  std::chrono::milliseconds greeting{10'000};
  std::chrono::milliseconds silence = std::chrono::hours(24);
  std::size_t requests_at_once = 64;
};

/// Ends when the peer closes, breaks the protocol, or stays silent for too long. `who` is for the
/// log.
Task<void> serve_session(Agent& agent, std::unique_ptr<wire::ByteStream> bytes, std::string who,
                         SessionLimits limits);

}  // namespace cutover::agent
