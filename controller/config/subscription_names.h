// The names of a database's publications, slots and subscriptions, each as one list.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"

namespace cutover {

std::vector<std::string> publications_of(const DatabaseConfig& database);
std::vector<std::string> slots_of(const DatabaseConfig& database);
std::vector<std::string> subscriptions_of(const DatabaseConfig& database);

}  // namespace cutover
