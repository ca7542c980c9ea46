// The order matters: contents on disk before the name points at them, and the name on disk before
// anyone is told. The temporary name is fixed, so that what a killed process left is replaced by
// the next write and never piles up.
#include "common/base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "common/base/file_attributes.h"
#include "common/base/file_descriptor.h"
#include "common/base/file_error.h"

namespace cutover {
namespace {

std::string temporary_beside(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name_at = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name_at) + "." + path.substr(name_at) + ".cutover-new";
}

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// A complete, fsynced file at `temporary`; the caller removes it when this fails.
Result<void> write_temporary(const std::string& temporary, std::string_view text,
                             const std::string& like) {
  ::unlink(temporary.c_str());
  FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return file_error("create", temporary, errno);
  if (auto written = write_all(file.get(), text, temporary); !written) return written;
  if (auto copied = copy_attributes(like, file.get(), temporary); !copied) return copied;
  if (::fsync(file.get()) != 0) return file_error("fsync", temporary, errno);
  if (file.close() != 0) return file_error("close", temporary, errno);
  return {};
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", path, errno);
    if (count == 0) return text_result(std::move(text));
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

/// Whether `temporary` was written ahead with that text; attributes are brought up to date. The
/// fsync costs nothing when that was done, and saves what a killed process left without it.
bool is_written_ahead(const std::string& temporary, std::string_view text,
                      const std::string& like) {
  FileDescriptor file(::open(temporary.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open()) return false;
  const auto found = read_all(file.get(), temporary);
  if (!found || *found != text) return false;
  return copy_attributes(like, file.get(), temporary) && ::fsync(file.get()) == 0;
}

/// Renames a finished temporary file or link into place.
Result<void> put_in_place(const std::string& temporary, const std::string& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = file_error("replace", path, errno);
    ::unlink(temporary.c_str());
    return error;
  }
  return fsync_directory(directory_of(path));
}

}  // namespace

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_file(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return file_error("read", path, errno);
  return read_all(file.get(), path);
}

Result<void> write_durably(const std::string& path, std::string_view text,
                           const std::string& like) {
  const std::string temporary = temporary_beside(path);
  if (is_written_ahead(temporary, text, like.empty() ? path : like)) {
    return put_in_place(temporary, path);
  }
  auto written = write_temporary(temporary, text, like.empty() ? path : like);
  if (!written) {
    ::unlink(temporary.c_str());
    return within_context("writing " + path, written.error());
  }
  return put_in_place(temporary, path);
}

Result<void> write_ahead(const std::string& path, std::string_view text) {
  const std::string temporary = temporary_beside(path);
  auto written = write_temporary(temporary, text, path);
  if (written) return fsync_directory(directory_of(path));
  ::unlink(temporary.c_str());
  return within_context("writing " + path, written.error());
}

Result<void> remove_written_ahead(const std::string& path) {
  return remove_durably(temporary_beside(path));
}

Result<void> link_durably(const std::string& path, const std::string& target) {
  const std::string temporary = temporary_beside(path);
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0) {
    return file_error("create link", temporary, errno);
  }
  return put_in_place(temporary, path);
}

Result<void> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error("rename", from, errno);
  if (auto synced = fsync_directory(directory_of(to)); !synced) return synced;
  if (directory_of(from) == directory_of(to)) return {};
  return fsync_directory(directory_of(from));
}

Result<void> remove_durably(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return file_error("remove", path, errno);
  }
  return fsync_directory(directory_of(path));
}

Result<void> create_directory_durably(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
  const std::string parent = directory_of(path);
  if (parent != path && parent != ".") {
    if (auto made = create_directory_durably(parent); !made) return made;
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_error("create directory", path, errno);
  }
  return fsync_directory(parent);
}

Result<void> fsync_directory(const std::string& path) {
  FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return file_error("open directory", path, errno);
  if (::fsync(directory.get()) != 0) return file_error("fsync directory", path, errno);
  return {};
}

std::optional<Error> link_replacement_problem(const std::string& path) {
  if (auto why = why_it_cannot_be_renamed_over(path)) return why;
  const std::string temporary = temporary_beside(path);
  ::unlink(temporary.c_str());
  if (::symlink("trial", temporary.c_str()) != 0) {
    return file_error("create link", temporary, errno);
  }
  ::unlink(temporary.c_str());
  return std::nullopt;
}

std::optional<Error> replacement_problem(const std::string& path) {
  if (auto why = why_it_cannot_be_renamed_over(path)) return why;
  const std::string temporary = temporary_beside(path);
  const auto current = read_file(path);
  if (!current) return current.error();
  const auto written = write_temporary(temporary, *current, path);
  ::unlink(temporary.c_str());
  return written ? std::nullopt : std::optional(written.error());
}

}  // namespace cutover
