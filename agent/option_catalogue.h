// Every key of agent.toml, for its manual page and the test that keeps it complete.
#pragma once

#include <vector>

#include "common/toml/option_doc.h"

namespace cutover::agent {

/// In the order of the file.
std::vector<OptionDoc> option_catalogue();

}  // namespace cutover::agent
