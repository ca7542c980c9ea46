// Measured amounts of bytes for people; what configuration files say is byte_size.h.
#pragma once

#include <string>

namespace cutover {

/// "1.5 MiB", "812 B"
std::string bytes_text(double bytes);

}  // namespace cutover
