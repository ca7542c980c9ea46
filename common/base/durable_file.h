// Files that must survive a crash: written to a temporary name beside the old file, fsynced,
// renamed over it, directory fsynced. After any failure the old file is as it was and no temporary
// file is left. Errors name the path and the reason, and carry a hint.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace cutover {

/// The whole file, bytes as they are.
Result<std::string> read_file(const std::string& path);

/// Replaces `path` (or creates it) so that a reader, also after a crash, sees the old text or the
/// new, nothing between. Owner, group, mode and extended attributes (ACL, SELinux label) are those
/// of `like`; empty: those of `path` as it is, or the caller's own with mode 0600 when there is
/// none. A symbolic link at `path` would itself be replaced: pass the real path to keep it.
Result<void> write_durably(const std::string& path, std::string_view text,
                           const std::string& like = {});

/// The slow half of `write_durably` ahead of time: the temporary file beside `path`, fsynced. A
/// later `write_durably` of the same text only has to rename it. `remove_written_ahead` takes it
/// back.
Result<void> write_ahead(const std::string& path, std::string_view text);
Result<void> remove_written_ahead(const std::string& path);

/// Replaces (or creates) the symbolic link `path` with one that points to `target`, likewise.
Result<void> link_durably(const std::string& path, const std::string& target);

/// Renames within one file system and fsyncs both directories.
Result<void> rename_durably(const std::string& from, const std::string& to);

/// Removes the file; one that is not there is fine.
Result<void> remove_durably(const std::string& path);

/// Creates the directory (mode 0700) and its missing parents; one that is there is fine.
Result<void> create_directory_durably(const std::string& path);

Result<void> fsync_directory(const std::string& path);

/// Does everything `write_durably` would do to an existing file, short of the rename: nullopt when
/// that works, else why not, without a hint where it is the directory. Leaves nothing behind.
std::optional<Error> replacement_problem(const std::string& path);

/// The same for `link_durably`.
std::optional<Error> link_replacement_problem(const std::string& path);

/// The directory part: "/etc/a.ini" → "/etc", "a.ini" → ".".
std::string directory_of(const std::string& path);

}  // namespace cutover
