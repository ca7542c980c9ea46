// Whether what commands keep under state_dir can be kept: asked before a run, since a run whose
// journal cannot be written is refused.
#pragma once

#include <filesystem>

#include "common/base/result.h"

namespace cutover {

/// An error where this user could not write the journal, or it is damaged. Makes nothing.
Result<void> expect_journal(const std::filesystem::path& state_dir);

/// The same of everything that is kept there.
Result<void> expect_usable(const std::filesystem::path& state_dir);

}  // namespace cutover
