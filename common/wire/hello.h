// The first frame each way: who speaks, and which version of the protocol. Nothing else is sent
// before both sides have agreed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/wire/message_stream.h"

namespace cutover::wire {

/// The controller's side: sends `mine`, waits for the peer's Hello. An error names the peer's
/// version when it is another one, or what the peer refused.
Task<Result<proto::Hello>> greet(MessageStream& stream, proto::Hello mine,
                                 std::chrono::milliseconds limit);

/// The agent's side: waits for the peer's Hello, answers with `mine`; a peer of another version is
/// answered with a refusing Reply of id 0. After an error the caller closes the connection.
Task<Result<proto::Hello>> answer_greeting(MessageStream& stream, proto::Hello mine,
                                           std::chrono::milliseconds limit);

/// A Hello of this protocol version.
proto::Hello make_hello(std::string program_version, std::vector<std::string> capabilities = {});

}  // namespace cutover::wire
