// The inside of a TomlTable: where it stands in the file, and how its values are found; only for
// this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/toml/toml_record.h"

namespace cutover {

struct TomlNode {
  TomlRecord& record;
  const toml::table* table;  ///< null: missing in the file
  int line;                  ///< of its header, or of what should hold it
  std::string path;          ///< "" for the root, else "limits."

  static std::shared_ptr<const TomlNode> of(TomlRecord& record, const toml::table* table, int line,
                                            std::string path);

  /// The value, or null; the key is known from now on.
  const toml::node* find(std::string_view key, const char* kind) const;
  /// The line of the key, or of the table when it is missing.
  int line_of_key(std::string_view key) const;
  std::string name_of(std::string_view key) const { return path + std::string(key); }
  void problem_at(std::string_view key, std::string what, std::string hint) const;
  /// "limits.lease is a number, must be …"
  void wrong_type(std::string_view key, const toml::node& found, const std::string& wanted,
                  const std::string& example) const;
  /// The text of a node of `key`; nothing, and a problem, when it is none.
  std::optional<std::string> text_in(std::string_view key, const toml::node& node,
                                     const std::string& wanted, const std::string& example) const;
};

/// "a text", "a number" …
const char* kind_of(const toml::node& node);

}  // namespace cutover
