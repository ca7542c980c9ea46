// Lists of the configured names, and lists for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/config/config.h"

namespace cutover {

std::vector<std::string> publications_of(const DatabaseConfig& database);
std::vector<std::string> slots_of(const DatabaseConfig& database);
std::vector<std::string> subscriptions_of(const DatabaseConfig& database);

/// "a, b, c and 12 more"
std::string named(const std::vector<std::string>& names);

/// 0 where it is no number.
std::uint64_t number_of(const std::string& text);

}  // namespace cutover
