// Decides per entry which bytes to replace, then replaces them from the back of each file, so that
// spans stay true. Quotes stay where they were: editing back gives the old bytes again.
#include "agent/ini/edit.h"

#include <algorithm>
#include <map>
#include <set>

#include "agent/ini/proof.h"

namespace cutover::ini {
namespace {

struct Splice {
  Span span;
  std::string text;
};

std::string held_route(const std::string& host, const std::string& port) {
  return (host.empty() ? "no host" : "host=" + host) + " port=" + port_number(port);
}

Error missing_entry(const ConfigFiles& config, const std::string& name) {
  const std::string where = config.files.front().path + ": entry " + name;
  if (find_entry(config, "*") != nullptr) {
    return Error{where + " is defined by * only, which serves other names too",
                 "write a line of its own for it under [databases], then reload PgBouncer"};
  }
  return Error{where + " is not in [databases]",
               "correct the name in the controller's entries, or add the entry"};
}

Error wrong_route(const ConfigFiles& config, const Entry& entry, const Move& move) {
  std::string what = config.describe(entry.place) + ": entry " + entry.name + " holds " +
                     held_route(entry.host, entry.port) + ", not " +
                     held_route(move.from_host, move.from_port);
  if (entry.host.find(',') != std::string::npos) {
    return Error{what + ": it is a list of hosts",
                 "a list moves only as a whole: give the same list as the route's host"};
  }
  if (entry.host == move.to_host && entry.port == port_number(move.to_port)) {
    return Error{what + ": it is where it should go already", "take it out of the moved entries"};
  }
  return Error{what, "correct the route in the configuration, or put the entry in ignore_entries"};
}

Result<const Entry*> entry_to_move(const ConfigFiles& config, const Move& move) {
  const Entry* entry = find_entry(config, move.entry);
  if (entry == nullptr) return missing_entry(config, move.entry);
  if (entry->host != move.from_host || entry->port != port_number(move.from_port)) {
    return wrong_route(config, *entry, move);
  }
  if (move.to_host.empty() && !entry->host.empty()) {
    return Error{
        config.describe(entry->place) + ": entry " + entry->name + " cannot move to an empty host",
        "for a unix socket give its directory as the host"};
  }
  return entry;
}

Result<std::string> new_value(const std::string& text, const Parameter& old) {
  return write_value(text, old.is_quoted ? Quoting::always : Quoting::where_needed);
}

/// The splices of one entry, relative to its value.
class EntryEdit {
 public:
  EntryEdit(const Entry& entry, std::string_view value) : entry_(entry), value_(value) {}

  Result<void> set_host(const std::string& host) {
    const Parameter* old = find_parameter(entry_.parameters, "host");
    if (host == entry_.host) return {};
    if (old == nullptr) return append("host", host);
    auto text = new_value(host, *old);
    if (!text) return text.error();
    splices_.push_back({old->raw, *text});
    return {};
  }

  Result<void> set_port(const std::string& port) {
    if (port_number(port) == entry_.port) return {};
    if (const Parameter* old = find_parameter(entry_.parameters, "port")) {
      auto text = new_value(port_number(port), *old);
      if (!text) return text.error();
      splices_.push_back({old->raw, *text});
      return {};
    }
    const Parameter* host = find_parameter(entry_.parameters, "host");
    if (host == nullptr || !host->is_followed_by_space_or_end) {
      return append("port", port_number(port));
    }
    splices_.push_back({{host->raw.end, host->raw.end}, " port=" + port_number(port)});
    return {};
  }

  std::vector<Splice> take() && { return std::move(splices_); }

 private:
  Result<void> append(const std::string& name, const std::string& value) {
    auto text = write_value(value, Quoting::where_needed);
    if (!text) return text.error();
    splices_.push_back({{value_.size(), value_.size()}, " " + name + "=" + *text});
    return {};
  }

  const Entry& entry_;
  std::string_view value_;
  std::vector<Splice> splices_;
};

using SplicesByFile = std::map<std::size_t, std::vector<Splice>>;

Result<void> add_move(const ConfigFiles& config, const Move& move, SplicesByFile& splices) {
  auto found = entry_to_move(config, move);
  if (!found) return found.error();
  const Entry& entry = **found;
  const Document& document = config.files[entry.place.file].document;
  const Span value = document.tokens[entry.place.token].value;
  EntryEdit edit(entry, document.at(value));
  const std::string here = config.describe(entry.place) + ": entry " + entry.name;
  if (auto set = edit.set_host(move.to_host); !set) return within_context(here, set.error());
  if (auto set = edit.set_port(move.to_port); !set) return within_context(here, set.error());
  for (Splice& splice : std::move(edit).take()) {
    splice.span.begin += value.begin;
    splice.span.end += value.begin;
    splices[entry.place.file].push_back(std::move(splice));
  }
  return {};
}

/// At the same place, what was added first stands first.
std::string spliced(std::string text, std::vector<Splice> splices) {
  std::stable_sort(splices.begin(), splices.end(),
                   [](const Splice& a, const Splice& b) { return a.span.begin < b.span.begin; });
  for (auto it = splices.rbegin(); it != splices.rend(); ++it) {
    text.replace(it->span.begin, it->span.size(), it->text);
  }
  return text;
}

void add_notes(const ConfigFiles& config, const Move& move, std::vector<std::string>& notes) {
  const Entry* effective = find_entry(config, move.entry);
  for (const Entry* replaced : replaced_definitions(config, move.entry)) {
    if (replaced->place == effective->place) continue;
    notes.push_back(config.describe(replaced->place) + ": entry " + move.entry +
                    " is defined again at " + config.describe(effective->place) +
                    ", which counts; this line stays as it is");
  }
}

Result<void> prove(const ConfigFiles& config, const Edit& edit, const std::vector<Move>& moves) {
  const auto read = [&](const std::string& path) -> Result<std::string> {
    for (const EditedFile& file : edit.files) {
      if (file.path == path) return text_result(file.new_text);
    }
    for (const SourceFile& file : config.files) {
      if (file.path == path) return text_result(file.document.text);
    }
    return Error{path + ": the edited files would include this one too"};
  };
  auto after = load_config(config.files.front().path, config.working_directory, read);
  if (!after) return after.error();
  if (auto proven = prove_only_moved(config, *after, moves); !proven) return proven;
  return prove_other_bytes_kept(config, *after, moves);
}

}  // namespace

Result<Edit> edit_entries(const ConfigFiles& config, const std::vector<Move>& moves) {
  SplicesByFile splices;
  Edit edit;
  std::set<std::string> seen;
  for (const Move& move : moves) {
    if (!seen.insert(move.entry).second) {
      return Error{"entry " + move.entry + " is to be moved twice", "name every entry once"};
    }
    if (auto added = add_move(config, move, splices); !added) return added.error();
    add_notes(config, move, edit.notes);
  }
  for (auto& [file, file_splices] : splices) {
    const SourceFile& source = config.files[file];
    const std::string& old_text = source.document.text;
    edit.files.push_back({source.path, old_text, spliced(old_text, std::move(file_splices))});
  }
  if (auto proven = prove(config, edit, moves); !proven) return proven.error();
  return edit;
}

}  // namespace cutover::ini
