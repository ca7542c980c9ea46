// One change of a plan on disk: where it stands, and bringing it to one side or the other.
#pragma once

#include <optional>
#include <string>

#include "agent/ini/staging.h"
#include "common/base/result.h"

namespace cutover::ini {

enum class Side { old_text, new_text };

inline Side other(Side side) {
  return side == Side::old_text ? Side::new_text : Side::old_text;
}

/// Which side the file or link is on; an error when neither: somebody changed it meanwhile.
Result<Side> side_of(const FileChange& change);
Result<Side> side_of(const LinkChange& change);

/// Durably, whatever is there.
Result<void> bring_to(const FileChange& change, Side side);
Result<void> bring_to(const LinkChange& change, Side side);

/// For a change that is there already: makes sure a power failure does not undo it.
Result<void> settle(const FileChange& change);
Result<void> settle(const LinkChange& change);

/// Why bring_to would fail, as far as that can be tried; nullopt when it would not.
std::optional<Error> problem_with(const FileChange& change);
std::optional<Error> problem_with(const LinkChange& change);

}  // namespace cutover::ini
