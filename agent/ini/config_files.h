// What PgBouncer knows after reading its configuration: every file of it, in its order, with
// duplicates and repeated sections resolved as PgBouncer resolves them. Pure over a FileReader.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/ini/connection_string.h"
#include "agent/ini/document.h"
#include "common/base/result.h"

namespace cutover::ini {

/// The text behind a path; an error when it cannot be read.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

struct SourceFile {
  std::string path;  ///< as it was read: an include is made absolute
  Document document;
};

/// Where something stands: file and token by index, line for people.
struct Place {
  std::size_t file = 0;
  std::size_t token = 0;
  int line = 1;

  bool operator==(const Place&) const = default;
};

/// One definition in [databases].
struct Entry {
  std::string name;                   ///< "*" is the fallback for names that have no entry
  std::string host;                   ///< empty: PgBouncer's unix_socket_dir
  std::string port;                   ///< as PgBouncer takes it: "5432" when there is none
  std::string dbname;                 ///< the entry's name when there is none
  std::vector<Parameter> parameters;  ///< spans are relative to the token's value
  Place place;
};

/// One setting of any other section; or the [section] line itself, which has an effect of its own.
struct Setting {
  std::string section;
  std::string name;
  std::string value;
  Place place;
  bool is_section_line = false;
};

struct ConfigFiles {
  std::string working_directory;     ///< PgBouncer's, from which relative includes are found
  std::vector<SourceFile> files;     ///< the main file first; a file included twice is here once
  std::vector<Entry> definitions;    ///< all, also those that a later one replaces
  std::vector<Setting> assignments;  ///< likewise

  /// "FILE:LINE".
  std::string describe(const Place& place) const;
};

/// Follows %include, at most 10 deep, a relative path from `working_directory` (PgBouncer's; empty:
/// ours). Fails where PgBouncer would fail to load: syntax, a missing include, a setting before any
/// section, no [pgbouncer] at all, a bad connection string. Names of sections, settings and
/// parameters are not judged, they differ between versions (unfamiliar.h).
Result<ConfigFiles> load_config(const std::string& main_path, const std::string& working_directory,
                                const FileReader& read);

/// What counts, by name: the last definition of each entry, in the order of first appearance.
std::vector<Entry> effective_entries(const ConfigFiles& config);

/// nullptr when there is none. Does not fall back to "*".
const Entry* find_entry(const ConfigFiles& config, const std::string& name);

/// Definitions of `name` that a later one replaces.
std::vector<const Entry*> replaced_definitions(const ConfigFiles& config, const std::string& name);

/// [pgbouncer] as it counts. A second "[pgbouncer]" puts everything set so far back to its default,
/// but for a few settings that have none.
std::map<std::string, std::string> effective_settings(const ConfigFiles& config);

/// A port as PgBouncer takes it: leading digits, "5432" for an empty text.
std::string port_number(const std::string& text);

}  // namespace cutover::ini
