// A value as a libpq connection string takes it.
#pragma once

#include <string>

namespace cutover::support {

/// As it is where it is a plain word, else in single quotes.
std::string conninfo_value(const std::string& value);

}  // namespace cutover::support
