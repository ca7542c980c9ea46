#include "agent/option_catalogue.h"

namespace cutover::agent {

std::vector<OptionDoc> option_catalogue() {
  return {
      {"agent.socket", "text", R"("/run/cutover-agent/agent.sock")",
       "absolute path of the socket it listens on, at most 100 bytes; a stale one is replaced"},
      {"agent.group", "text", R"("")",
       "group that may connect, besides root and the agent's own user; empty: the agent's own"},
      {"agent.state_dir", "text", R"("/var/lib/cutover-agent")",
       "directory of lease, intent and staged files"},
      {"pgbouncer.name", "text", "required",
       "name of this process in messages, metrics and below state_dir: letters, digits, - and _"},
      {"pgbouncer.ini", "text", "required",
       "absolute path of the file PgBouncer was started with; what it includes and links is "
       "followed"},
      {"pgbouncer.admin", "text", "required",
       "libpq conninfo of its console; with several processes on one host, by each one's own unix "
       "socket"},
      {"metrics.listen", "text", R"("127.0.0.1:19127")",
       "`HOST:PORT` that serves /metrics; empty: none"},
  };
}

}  // namespace cutover::agent
