// The version of both programs, as --version, hello and metrics tell it.
#pragma once

namespace cutover {

inline constexpr const char* program_version = "0.1.0";

}  // namespace cutover
