// find_config() of config.h with the place of the machine's own file named, so that tests can have
// one.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace cutover {

Result<std::filesystem::path> find_config(const std::string& from_option,
                                          const std::filesystem::path& of_the_machine);

}  // namespace cutover
