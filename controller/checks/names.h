// Names of the configuration: looked up, and as parameters of SQL.
#pragma once

#include <string>
#include <vector>

#include "controller/config/subscription_names.h"

namespace cutover {

bool contains(const std::vector<std::string>& names, const std::string& name);

/// {"a","b"}: a text[] in text form.
std::string array_text(const std::vector<std::string>& values);

}  // namespace cutover
