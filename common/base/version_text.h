// The version with the commit, as --version tells it.
#pragma once

#include <string>

namespace cutover {

/// Said by main alone, so that a new commit compiles nothing else anew.
void name_commit(const std::string& commit);
/// "0.1.0 (commit 1a2b3c4)"
std::string version_text();

}  // namespace cutover
