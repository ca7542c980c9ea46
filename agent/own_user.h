// Whose agent this is: PgBouncer's user, whom its console lets in and who can read what the agent
// writes; never root. `cutover-agent resume`, typed by hand, acts as that user.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "agent/config.h"

namespace cutover::agent {

/// An error for root, which PgBouncer never runs as.
Result<void> may_serve(uid_t user);

/// Who is asked to resume what is kept in a directory of `owner`.
struct Resumer {
  uid_t user = 0;
  uid_t owner = 0;
  bool may_write_there = true;
};

enum class ResumeAs { itself, owner, nobody };
ResumeAs resume_as(const Resumer& resumer);

/// nullopt where this host knows no such user.
std::optional<std::string> user_name(uid_t user);

/// Root becomes the owner of state_dir (of the ini, where there is no state_dir yet). An error,
/// with the command that works, where state_dir is somebody else's.
Result<void> take_own_user(const AgentConfig& config);

}  // namespace cutover::agent
