// Names of the configuration: looked up, and as parameters of SQL.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"

namespace cutover {

bool contains(const std::vector<std::string>& names, const std::string& name);

/// {"a","b"}: a text[] in text form.
std::string array_text(const std::vector<std::string>& values);

std::vector<std::string> publications_of(const DatabaseConfig& database);
std::vector<std::string> slots_of(const DatabaseConfig& database);
std::vector<std::string> subscriptions_of(const DatabaseConfig& database);

}  // namespace cutover
