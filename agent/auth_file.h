// What a PgBouncer's auth_file says: whom it lets in, by which secret. Pure.
#pragma once

#include <map>
#include <set>
#include <string>

namespace cutover::agent {

/// A user and what PgBouncer holds for them: a password, an MD5 or a SCRAM secret.
using AuthSecrets = std::map<std::string, std::string>;

/// Lines of "user" "secret", quotes in them doubled. Other lines are left out.
AuthSecrets parse_auth_file(const std::string& text);

/// Whom it names for the console alone: they need no role on the servers. From a PgBouncer's
/// settings.
std::set<std::string> console_users(const std::map<std::string, std::string>& settings);

}  // namespace cutover::agent
