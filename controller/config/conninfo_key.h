// A connection string among the keys of a table; only for this folder.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/toml/toml_file.h"

namespace cutover {

/// What a connection string gives, by keyword, without libpq's defaults.
using Given = std::map<std::string, std::string>;

/// The parameters of `conninfo`, which stands at `key`; nothing, and a problem, when it is no
/// connection string, holds a password or names no database. An empty one is nothing without a
/// problem.
std::optional<Given> read_conninfo(const TomlTable& table, const char* key,
                                   const std::string& conninfo);

/// "" when it is not given.
std::string value_of(const Given& given, const std::string& keyword);
/// Host or host address.
std::string host_of(const Given& given);
/// As libpq would use it.
std::string port_of(const Given& given);

}  // namespace cutover
