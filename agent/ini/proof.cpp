// Compares by name what counts, then token by token what stands in the files. Values other than
// host and port never appear in a message: they may be passwords.
#include "agent/ini/proof.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cutover::ini {
namespace {

struct Meaning {
  std::string host;
  std::string port;
  std::map<std::string, std::string> others;
};

std::string route_text(const std::string& host, const std::string& port) {
  return (host.empty() ? "no host" : "host " + host) + ", port " + port;
}

std::map<std::string, Meaning> meaning_of(const ConfigFiles& config) {
  std::map<std::string, Meaning> meanings;
  for (const Entry& entry : config.definitions) {
    Meaning meaning{entry.host, entry.port, {}};
    for (const Parameter& parameter : entry.parameters) {
      if (parameter.name == "host" || parameter.name == "port") continue;
      meaning.others[parameter.name] = parameter.value;
    }
    meanings[entry.name] = std::move(meaning);
  }
  return meanings;
}

using Settings = std::map<std::pair<std::string, std::string>, std::string>;

Settings settings_of(const ConfigFiles& config) {
  Settings settings;
  for (const auto& [name, value] : effective_settings(config))
    settings[{"pgbouncer", name}] = value;
  for (const Setting& setting : config.assignments) {
    if (setting.section == "pgbouncer" || setting.is_section_line) continue;
    settings[{setting.section, setting.name}] = setting.value;
  }
  return settings;
}

/// The key of the first item that one map has and the other has not, or has with another value.
template <class Map>
const typename Map::key_type* first_difference(const Map& left, const Map& right) {
  for (const auto& [key, value] : left) {
    const auto found = right.find(key);
    if (found == right.end() || found->second != value) return &key;
  }
  for (const auto& [key, value] : right) {
    if (!left.contains(key)) return &key;
  }
  return nullptr;
}

Error not_proven(const std::string& what) {
  return Error{what, "nothing was changed; make the files agree, or point the entry by hand"};
}

Result<void> prove_entry(const std::string& name, const Meaning& expected, const Meaning& found) {
  if (const std::string* other = first_difference(expected.others, found.others)) {
    return not_proven("parameter " + *other + " of entry " + name + " would change");
  }
  if (expected.host != found.host || expected.port != found.port) {
    return not_proven("entry " + name + " would hold " + route_text(found.host, found.port) +
                      " instead of " + route_text(expected.host, expected.port));
  }
  return {};
}

Result<void> prove_entries(const std::map<std::string, Meaning>& expected,
                           const std::map<std::string, Meaning>& found) {
  for (const auto& [name, meaning] : expected) {
    const auto other = found.find(name);
    if (other == found.end()) return not_proven("entry " + name + " would be gone");
    if (auto proven = prove_entry(name, meaning, other->second); !proven) return proven;
  }
  for (const auto& [name, meaning] : found) {
    if (!expected.contains(name)) return not_proven("entry " + name + " would be new");
  }
  return {};
}

std::set<std::pair<std::size_t, std::size_t>> tokens_of(const ConfigFiles& config,
                                                        const std::vector<Move>& moves) {
  std::set<std::pair<std::size_t, std::size_t>> tokens;
  for (const Move& move : moves) {
    if (const Entry* entry = find_entry(config, move.entry)) {
      tokens.insert({entry->place.file, entry->place.token});
    }
  }
  return tokens;
}

}  // namespace

Result<void> prove_only_moved(const ConfigFiles& before, const ConfigFiles& after,
                              const std::vector<Move>& moves) {
  auto expected = meaning_of(before);
  for (const Move& move : moves) {
    const auto entry = expected.find(move.entry);
    if (entry == expected.end()) return not_proven("there is no entry " + move.entry);
    entry->second.host = move.to_host;
    entry->second.port = port_number(move.to_port);
  }
  if (auto proven = prove_entries(expected, meaning_of(after)); !proven) return proven;
  const Settings settings_before = settings_of(before);
  const Settings settings_after = settings_of(after);
  if (const auto* key = first_difference(settings_before, settings_after)) {
    return not_proven("setting " + key->second + " of [" + key->first + "] would change");
  }
  return {};
}

Result<void> prove_other_bytes_kept(const ConfigFiles& before, const ConfigFiles& after,
                                    const std::vector<Move>& moves) {
  if (before.files.size() != after.files.size()) return not_proven("the set of files would change");
  const auto moved = tokens_of(before, moves);
  for (std::size_t file = 0; file < before.files.size(); ++file) {
    const Document& old_document = before.files[file].document;
    const Document& new_document = after.files[file].document;
    const std::string& path = before.files[file].path;
    if (path != after.files[file].path ||
        old_document.tokens.size() != new_document.tokens.size()) {
      return not_proven(path + " would change its structure");
    }
    for (std::size_t token = 0; token < old_document.tokens.size(); ++token) {
      if (moved.contains({file, token})) continue;
      const Token& old_token = old_document.tokens[token];
      if (old_document.at(old_token.all) == new_document.at(new_document.tokens[token].all))
        continue;
      return not_proven(path + ":" + std::to_string(old_token.line) + " would change");
    }
  }
  return {};
}

}  // namespace cutover::ini
