// One key of a configuration file, as its documentation, its manual page and the tests know it.
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

}  // namespace cutover
