// Options that belong to one command, as data: the parser, --help and each command read the same
// table.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cutover {

enum class OptionKind {
  flag,
  value,
  number,  ///< whole, at least 1
  several  ///< may be repeated
};

struct OptionInfo {
  std::string command;  ///< the word of it
  std::string name;     ///< "--table"; without dashes: a positional
  OptionKind kind = OptionKind::flag;
  std::string help;
};

const std::vector<OptionInfo>& command_option_table();

/// What was given on the command line.
class GivenOptions {
 public:
  bool has(const std::string& name) const { return given_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = {}) const;
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
  std::vector<std::string> all(const std::string& name) const;
  void add(const std::string& name, const std::string& value) { given_[name].push_back(value); }

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

/// Declares the options of `command` to the parser; what is given arrives in `options`.
void add_options_of(const std::string& command, CLI::App& app, GivenOptions& options);

}  // namespace cutover
