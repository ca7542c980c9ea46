// What else a file has besides its bytes: owner, mode, extended attributes; and what of its
// surroundings forbids replacing it by a rename.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"

namespace cutover {

/// Gives the open file `fd` (named `path` in errors) owner, group, mode and extended attributes of
/// `like`. A `like` that does not exist leaves everything as it is.
Result<void> copy_attributes(const std::string& like, int fd, const std::string& path);

/// A mount of its own, a sticky directory (what only rename(2) itself would tell), or one that may
/// not be written; nullopt when nothing is known to forbid it. Without a hint it is the directory.
std::optional<Error> why_it_cannot_be_renamed_over(const std::string& path);

}  // namespace cutover
