// Attributes are copied through descriptors, so that no name can be swapped underneath.
#include "common/base/file_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "common/base/durable_file.h"
#include "common/base/file_descriptor.h"
#include "common/base/file_error.h"

namespace cutover {
namespace {

std::vector<std::string> attribute_names(int fd) {
  const ssize_t size = ::flistxattr(fd, nullptr, 0);
  if (size <= 0) return {};
  std::string list(static_cast<std::size_t>(size), '\0');
  const ssize_t got = ::flistxattr(fd, list.data(), list.size());
  if (got <= 0) return {};
  list.resize(static_cast<std::size_t>(got));
  std::vector<std::string> names;
  std::istringstream stream(list);
  for (std::string name; std::getline(stream, name, '\0');) names.push_back(name);
  return names;
}

/// An attribute of `from` that `to` has already (a label the kernel gave it) needs no right to set.
Result<void> copy_attribute(int from, int to, const std::string& name, const std::string& path) {
  std::vector<char> value(XATTR_SIZE_MAX);
  const ssize_t size = ::fgetxattr(from, name.c_str(), value.data(), value.size());
  if (size < 0) return {};  // gone since it was listed, or not ours to read
  std::vector<char> present(XATTR_SIZE_MAX);
  const ssize_t there = ::fgetxattr(to, name.c_str(), present.data(), present.size());
  value.resize(static_cast<std::size_t>(size));
  if (there == size && std::equal(value.begin(), value.end(), present.begin())) return {};
  if (::fsetxattr(to, name.c_str(), value.data(), value.size(), 0) == 0) return {};
  return file_error("keep attribute " + name + " on", path, errno);
}

/// The kernel's mount table writes blanks and backslashes in paths as octal escapes.
std::string without_octal_escapes(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool is_mount_point(const std::string& real_path) {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id, parent, device, root, mount_point;
    fields >> id >> parent >> device >> root >> mount_point;
    if (without_octal_escapes(mount_point) == real_path) return true;
  }
  return false;
}

}  // namespace

Result<void> copy_attributes(const std::string& like, int fd, const std::string& path) {
  FileDescriptor model(::open(like.c_str(), O_RDONLY | O_CLOEXEC));
  if (!model.is_open()) {
    const int reason = errno;
    if (reason == ENOENT) return {};
    return file_error("open", like, reason);
  }
  struct stat wanted {};
  struct stat present {};
  if (::fstat(model.get(), &wanted) != 0) return file_error("stat", like, errno);
  if (::fstat(fd, &present) != 0) return file_error("stat", path, errno);
  const bool same_owner = wanted.st_uid == present.st_uid && wanted.st_gid == present.st_gid;
  if (!same_owner && ::fchown(fd, wanted.st_uid, wanted.st_gid) != 0) {
    const int reason = errno;
    Error error = file_error("keep the owner of " + like + " on", path, reason);
    if (reason == EPERM)
      error.hint = "give " + like + " to the agent's user and a group of that user";
    return error;
  }
  if (::fchmod(fd, wanted.st_mode & 07777) != 0) {
    return file_error("keep the mode of " + like + " on", path, errno);
  }
  for (const std::string& name : attribute_names(model.get())) {
    if (auto copied = copy_attribute(model.get(), fd, name, path); !copied) return copied;
  }
  return {};
}

std::optional<Error> why_it_cannot_be_renamed_over(const std::string& path) {
  struct stat file {};
  struct stat directory {};
  if (::lstat(path.c_str(), &file) != 0) return file_error("find", path, errno);
  const std::string parent = directory_of(path);
  if (::stat(parent.c_str(), &directory) != 0) return file_error("find", parent, errno);
  if (is_mount_point(path)) {
    return Error{path + " is a mount of its own, which a rename cannot replace",
                 "mount its directory instead"};
  }
  const uid_t me = ::geteuid();
  const bool is_mine = me == 0 || file.st_uid == me || directory.st_uid == me;
  if ((directory.st_mode & S_ISVTX) != 0 && !is_mine) {
    return Error{parent + " is sticky and " + path + " belongs to another user"};
  }
  if (::faccessat(AT_FDCWD, parent.c_str(), W_OK | X_OK, AT_EACCESS) != 0 && errno == EACCES) {
    return Error{"cannot create a file in " + parent + ": " + reason_of(EACCES)};
  }
  return std::nullopt;
}

}  // namespace cutover
