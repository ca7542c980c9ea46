// How the sections of cutover.toml are read, each in a file of its own; only for this folder.
// A problem is recorded in the TomlFile behind the tables, and reading goes on.
#pragma once

#include <string>
#include <vector>

#include "common/toml/toml_file.h"
#include "controller/config/config.h"

namespace cutover {

std::vector<DatabaseConfig> read_databases(const TomlTable& root);
std::vector<SubscriptionConfig> read_subscriptions(const TomlTable& database);
/// Default: host and port of the two conninfos.
std::vector<RouteConfig> read_routes(const TomlTable& database, const std::string& blue,
                                     const std::string& green);

std::vector<BouncerConfig> read_bouncers(const TomlTable& root,
                                         const std::vector<DatabaseConfig>& databases);

Limits read_limits(const TomlTable& root);
CheckOptions read_checks(const TomlTable& root);

/// An absolute path, "~" expanded; empty when `text` is.
std::filesystem::path read_path(const TomlTable& table, const char* key, const std::string& text);

/// The whole file; its problems are the caller's to ask for.
Config read_config(const TomlFile& file);

}  // namespace cutover
