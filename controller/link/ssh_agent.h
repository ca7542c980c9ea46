// The user's ssh agent behind SSH_AUTH_SOCK, asked without blocking: an agent that waits for a
// touch or a passphrase must not hold up leases. (libssh2's own agent calls block.)
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/wire/message_stream.h"

namespace cutover {

struct AgentIdentity {
  std::string blob;  ///< the public key
  std::string comment;
};

class SshAgent {
 public:
  /// To the socket at `path`.
  static Task<Result<std::unique_ptr<SshAgent>>> connect(boost::asio::any_io_executor executor,
                                                         std::string path);
  explicit SshAgent(std::unique_ptr<wire::ByteStream> stream);

  Task<Result<std::vector<AgentIdentity>>> identities();
  /// The signature's bytes, without the name of the algorithm before them.
  Task<Result<std::string>> sign(std::string blob, std::string data);

 private:
  Task<Result<std::string>> ask(std::string question);

  std::unique_ptr<wire::ByteStream> stream_;
};

}  // namespace cutover
