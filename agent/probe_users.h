// Whom a probe logs in as: what the real PgBouncer knows of users and their secrets.
#pragma once

#include "agent/auth_file.h"
#include "agent/bouncer.h"

namespace cutover::agent {

/// One login that is to be tried.
struct Attempt {
  std::string entry = {};
  std::string user = {};
  std::string secret = {};  ///< as the auth_file has it
  bool has_password = false;
};

/// What a private PgBouncer needs to know of the real one.
struct RealOne {
  ini::ConfigFiles files = {};
  std::optional<HostProcess> process = {};
  std::vector<ConsoleRow> pools = {};
  AuthSecrets secrets = {};
};

Task<Result<RealOne>> look_at_real_one(Bouncer& bouncer);

/// The user that the entry names, else those that have a pool of it, else those of the auth_file
/// (the first twenty that are not the console's); empty when nobody is known.
std::vector<Attempt> attempts_for(const RealOne& real, const std::string& entry);

}  // namespace cutover::agent
