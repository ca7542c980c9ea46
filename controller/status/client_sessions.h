// Who is connected to a server, and the ending of those who do nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct SessionGroup {
  std::string user;
  std::string application;
  std::string address;
  std::string state;
  std::uint32_t count = 0;
};

struct ClientSession {
  int pid = 0;
  std::string started_at;  ///< with the pid it names the session for good
  std::string user;
  std::string application;
  std::string address;
  std::string state;
  double state_seconds = 0;
  double transaction_seconds = 0;  ///< 0: none is open
  std::string query;               ///< its first characters, without line breaks
};

struct SessionsSeen {
  std::string place;
  std::vector<SessionGroup> groups;    ///< clients of this database, most first
  std::vector<ClientSession> longest;  ///< open transactions, oldest first
  std::vector<ClientSession> idle;     ///< what --terminate-idle ends
};

struct IdleRule {
  std::chrono::seconds idle_for{300};
  bool in_transaction = false;  ///< those idle in a transaction too
};

/// Our own sessions, replication and background workers are not clients.
Task<Result<SessionsSeen>> look_at_sessions(ServerSession& server, IdleRule rule);

enum class IdleEnd { ended, left_alone };

/// Ends one, if it is still the same session and still as idle as the rule says. Where the answer
/// was lost nobody knows.
Task<postgres::Answer<IdleEnd>> terminate_if_idle(ServerSession& server, ClientSession session,
                                                  IdleRule rule);

}  // namespace cutover
