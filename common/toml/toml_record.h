// What reading a TOML file has gathered so far: problems, and which keys were asked for; only for
// this folder.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/toml/toml_file.h"

namespace cutover {

struct TomlProblem {
  int line = 0;
  std::string what;
  std::string hint;
};

/// A table of the file that the program looked into.
struct VisitedTable {
  std::string path;  ///< "" for the root, else "limits."
  std::set<std::string> known;
};

struct TomlRecord {
  std::string file;
  toml::table root = {};
  bool is_toml = true;
  std::vector<TomlProblem> problems = {};
  std::map<const toml::table*, VisitedTable> visited = {};
  std::set<TomlKey> asked = {};

  /// Problems, and unknown keys of the tables that were visited, in the order of their lines.
  std::vector<TomlProblem> all_problems() const;
};

/// 0 is no line: the node was not written in the file.
int line_of(const toml::source_region& source);

}  // namespace cutover
