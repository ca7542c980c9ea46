// Which errno deserves which hint.
#include "common/base/file_error.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace cutover {
namespace {

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "free space on that file system, or raise the quota";
    case EACCES:
    case EPERM:
      return "give the agent's user the right to do this, or run it as the user that owns the file";
    case EROFS:
      return "the file system is mounted read-only; under systemd add the directory to "
             "ReadWritePaths=";
    case EBUSY:
    case EXDEV:
      return "a file that is a mount of its own cannot be replaced; mount its directory instead";
    case ENOENT:
      return "check that the path is right and exists";
    default:
      return {};
  }
}

}  // namespace

std::string reason_of(int error_number) {
  std::string reason = std::strerror(error_number);
  const bool is_acronym = reason.size() > 1 && std::isupper(static_cast<unsigned char>(reason[1]));
  if (!reason.empty() && !is_acronym) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  return reason;
}

Error file_error(const std::string& action, const std::string& path, int error_number) {
  return Error{"cannot " + action + " " + path + ": " + reason_of(error_number),
               hint_for(error_number)};
}

}  // namespace cutover
