// Every key of cutover.toml, for documentation, init and the test that keeps them complete.
#pragma once

#include <string>
#include <vector>

namespace cutover {

struct OptionDoc {
  std::string name;           ///< with its tables: "limits.lease", "database.route.blue"
  std::string type;           ///< "text", "duration", "list of texts" …
  std::string default_value;  ///< as TOML; "required", or in words where another key gives it
  std::string meaning;        ///< one sentence or two, without a full stop
};

/// In the order of the file.
std::vector<OptionDoc> option_catalogue();

/// Lines of a Markdown table, header included.
std::string option_table();

}  // namespace cutover
