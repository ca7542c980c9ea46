// The text of a private PgBouncer's configuration: the real one's credentials and TLS settings, the
// routes that are to be tried, nothing else. Pure; running it is in probe.cpp.
#pragma once

#include <string>

#include "agent/claim.h"
#include "agent/ini/config_files.h"

namespace cutover::agent {

/// Of its socket, which nobody else reaches: it listens on no network.
constexpr int private_port = 6432;

struct PrivateBouncerOptions {
  Moves moves = {};
  bool to_new_route = true;    ///< else the entries keep the route they have
  std::string directory = {};  ///< of its socket
};

/// An error names an entry that the files do not have, or a value that cannot be written.
Result<std::string> private_ini(const ini::ConfigFiles& files,
                                const PrivateBouncerOptions& options);

}  // namespace cutover::agent
