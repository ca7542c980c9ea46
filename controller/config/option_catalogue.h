// Every key of cutover.toml, for documentation, init and the test that keeps them complete.
#pragma once

#include <string>
#include <vector>

#include "common/toml/option_doc.h"

namespace cutover {

/// In the order of the file.
std::vector<OptionDoc> option_catalogue();

/// Lines of a Markdown table, header included.
std::string option_table();

}  // namespace cutover
