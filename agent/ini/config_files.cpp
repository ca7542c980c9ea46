// Follows cf_load_file() and parse_database() of PgBouncer. The section that is current goes on
// across the borders of files, into an include and out of it.
#include "agent/ini/config_files.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <unordered_map>

namespace cutover::ini {
namespace {

constexpr int deepest_include = 10;

class Loader {
 public:
  Loader(const std::string& working_directory, const FileReader& read) : read_(read) {
    config_.working_directory = working_directory;
  }

  Result<void> load(const std::string& path, int depth) {
    auto index = open(path);
    if (!index) return index.error();
    const std::size_t file = *index;
    const std::size_t count = config_.files[file].document.tokens.size();
    for (std::size_t token = 0; token < count; ++token) {
      const Place place{file, token, token_at({file, token}).line};
      if (auto taken = take(place, depth); !taken) return taken;
    }
    if (const auto& error = config_.files[file].document.error) {
      return Error{path + ":" + std::to_string(error->line) + ": " + error->what,
                   "PgBouncer would not load this file either; correct that line"};
    }
    return {};
  }

  Result<ConfigFiles> finish(const std::string& main_path) && {
    if (!has_main_section_) {
      return Error{main_path + ": has no [pgbouncer] section",
                   "PgBouncer needs that section; check that this is its configuration file"};
    }
    return std::move(config_);
  }

 private:
  const Token& token_at(const Place& place) const {
    return config_.files[place.file].document.tokens[place.token];
  }

  std::string text_at(const Place& place, Span span) const {
    return std::string(config_.files[place.file].document.at(span));
  }

  /// The index of the file, read at most once.
  Result<std::size_t> open(const std::string& path) {
    for (std::size_t i = 0; i < config_.files.size(); ++i) {
      if (config_.files[i].path == path) return i;
    }
    auto text = read_(path);
    if (!text) return text.error();
    config_.files.push_back({path, parse_document(std::move(*text))});
    return config_.files.size() - 1;
  }

  Result<void> take(const Place& place, int depth) {
    const Token token = token_at(place);
    switch (token.kind) {
      case TokenKind::include:
        return take_include(place, text_at(place, token.value), depth);
      case TokenKind::section:
        return take_section(place, text_at(place, token.name));
      case TokenKind::setting:
        return take_setting(place, text_at(place, token.name), text_at(place, token.value));
      default:
        return {};
    }
  }

  Result<void> take_include(const Place& place, const std::string& target, int depth) {
    const std::string here = config_.describe(place);
    if (depth >= deepest_include) {
      return Error{here + ": includes are nested deeper than 10",
                   "PgBouncer would not load this either; look for a file that includes itself"};
    }
    const bool is_relative = target.empty() || target[0] != '/';
    const bool is_joined = is_relative && !config_.working_directory.empty();
    auto loaded = load(is_joined ? config_.working_directory + "/" + target : target, depth + 1);
    if (!loaded) return within_context(here + ": in %include " + target, loaded.error());
    return {};
  }

  Result<void> take_section(const Place& place, const std::string& name) {
    section_ = name;
    if (name == "pgbouncer") has_main_section_ = true;
    config_.assignments.push_back({name, "", "", place, true});
    return {};
  }

  Result<void> take_setting(const Place& place, const std::string& name, std::string value) {
    if (!section_) {
      return Error{config_.describe(place) + ": " + name + " stands before any [section]",
                   "PgBouncer would not load this file either; put it under its section"};
    }
    if (*section_ == "databases") return take_entry(place, name, value);
    config_.assignments.push_back({*section_, name, std::move(value), place, false});
    return {};
  }

  Result<void> take_entry(const Place& place, const std::string& name, const std::string& value) {
    const std::string here = config_.describe(place);
    auto parameters = parse_connection_string(value);
    if (!parameters) {
      return Error{here + ": entry " + name + ": " + parameters.error().what,
                   "write it as name=value, values with spaces in single quotes"};
    }
    if (name == "pgbouncer") {
      return Error{here + ": entry pgbouncer: that name is PgBouncer's own console",
                   "give the entry another name"};
    }
    return add_entry({name, "", "5432", name, std::move(*parameters), place});
  }

  Result<void> add_entry(Entry entry) {
    if (const Parameter* host = find_parameter(entry.parameters, "host")) entry.host = host->value;
    if (const Parameter* dbname = find_parameter(entry.parameters, "dbname")) {
      entry.dbname = dbname->value;
    }
    for (const Parameter& parameter : entry.parameters) {
      if (parameter.name != "port") continue;
      entry.port = port_number(parameter.value);
      if (entry.port != "0") continue;
      return Error{config_.describe(entry.place) + ": entry " + entry.name + ": invalid port " +
                       parameter.value,
                   "write the port as a number"};
    }
    config_.definitions.push_back(std::move(entry));
    return {};
  }

  const FileReader& read_;
  ConfigFiles config_;
  std::optional<std::string> section_;
  bool has_main_section_ = false;
};

}  // namespace

std::string ConfigFiles::describe(const Place& place) const {
  return files[place.file].path + ":" + std::to_string(place.line);
}

Result<ConfigFiles> load_config(const std::string& main_path, const std::string& working_directory,
                                const FileReader& read) {
  Loader loader(working_directory, read);
  if (auto loaded = loader.load(main_path, 0); !loaded) return loaded.error();
  return std::move(loader).finish(main_path);
}

std::vector<Entry> effective_entries(const ConfigFiles& config) {
  std::vector<Entry> entries;
  std::unordered_map<std::string, std::size_t> places;
  for (const Entry& definition : config.definitions) {
    const auto [place, is_new] = places.try_emplace(definition.name, entries.size());
    if (is_new)
      entries.push_back(definition);
    else
      entries[place->second] = definition;
  }
  return entries;
}

const Entry* find_entry(const ConfigFiles& config, const std::string& name) {
  const auto found = std::find_if(config.definitions.rbegin(), config.definitions.rend(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == config.definitions.rend() ? nullptr : &*found;
}

std::vector<const Entry*> replaced_definitions(const ConfigFiles& config, const std::string& name) {
  std::vector<const Entry*> replaced;
  const Entry* effective = find_entry(config, name);
  for (const Entry& definition : config.definitions) {
    if (definition.name == name && &definition != effective) replaced.push_back(&definition);
  }
  return replaced;
}

std::map<std::string, std::string> effective_settings(const ConfigFiles& config) {
  constexpr std::array kept = {"auth_dbname", "auth_file", "auth_user",
                               "conffile",    "user",      "verbose"};
  std::map<std::string, std::string> settings;
  for (const Setting& setting : config.assignments) {
    if (setting.section != "pgbouncer") continue;
    if (!setting.is_section_line) {
      settings[setting.name] = setting.value;
      continue;
    }
    std::erase_if(settings, [&](const auto& item) {
      return std::find(kept.begin(), kept.end(), item.first) == kept.end();
    });
  }
  return settings;
}

std::string port_number(const std::string& text) {
  return text.empty() ? "5432" : std::to_string(std::strtol(text.c_str(), nullptr, 10));
}

}  // namespace cutover::ini
