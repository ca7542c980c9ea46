// See own_user.h.
#include "agent/own_user.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace cutover::agent {
namespace {

std::optional<uid_t> owner_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_uid;
}

Error belongs_to(uid_t owner, const std::string& path, const std::string& why) {
  const std::string name = user_name(owner).value_or("#" + std::to_string(owner));
  return Error{path + " belongs to " + name + why,
               "`runuser -u " + name + " -- cutover-agent resume`"};
}

/// The password file of the console, where there is one, is the owner's.
Result<void> become(uid_t owner, const std::string& path) {
  const passwd* const found = ::getpwuid(owner);
  if (found == nullptr) return belongs_to(owner, path, ", whom this host does not know");
  const std::string home = found->pw_dir;
  const bool became = ::initgroups(found->pw_name, found->pw_gid) == 0 &&
                      ::setgid(found->pw_gid) == 0 && ::setuid(owner) == 0;
  if (!became) return belongs_to(owner, path, std::string(": ") + std::strerror(errno));
  ::setenv("HOME", home.c_str(), 1);
  return {};
}

}  // namespace

std::optional<std::string> user_name(uid_t user) {
  const passwd* const found = ::getpwuid(user);
  if (found == nullptr) return std::nullopt;
  return found->pw_name;
}

Result<void> may_serve(uid_t user) {
  if (user != 0) return {};
  return Error{"this is root, and an agent serves as the user that PgBouncer runs as",
               "User= in a drop-in of its unit (Debian's PgBouncer: postgres), and give that user "
               "state_dir"};
}

ResumeAs resume_as(const Resumer& resumer) {
  if (resumer.user == resumer.owner) return ResumeAs::itself;
  if (resumer.user == 0) return ResumeAs::owner;
  return resumer.may_write_there ? ResumeAs::itself : ResumeAs::nobody;
}

Result<void> take_own_user(const AgentConfig& config) {
  const bool has_state = owner_of(config.state_dir).has_value();
  const std::string& path = has_state ? config.state_dir : config.bouncers.front().ini;
  const auto owner = owner_of(path);
  if (!owner) return {};
  const bool may_write = !has_state || ::access(path.c_str(), W_OK) == 0;
  switch (resume_as({::geteuid(), *owner, may_write})) {
    case ResumeAs::itself:
      return {};
    case ResumeAs::owner:
      return become(*owner, path);
    case ResumeAs::nobody:
      break;
  }
  return belongs_to(*owner, path, ", who alone can resume");
}

}  // namespace cutover::agent
