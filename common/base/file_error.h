// An errno about a file, as an Error with a hint that fits.
#pragma once

#include <string>

#include "common/base/result.h"

namespace cutover {

/// "cannot ACTION PATH: reason", e.g. file_error("write", "/etc/a.ini", ENOSPC).
Error file_error(const std::string& action, const std::string& path, int error_number);

/// errno's text, lower-case.
std::string reason_of(int error_number);

}  // namespace cutover
