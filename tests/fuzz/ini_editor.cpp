// The ini editor on any bytes: parse and print are inverse; an edit changes only its entries; a
// second edit back restores every byte; nothing shown to people holds a password.
#include <cstddef>
#include <cstdint>
#include <map>

#include "agent/ini/edit.h"
#include "agent/ini/unfamiliar.h"
#include "agent/ini/unified_diff.h"
#include "tests/fuzz/fuzzed_moves.h"
#include "tests/fuzz/require.h"

namespace cutover::fuzz {
namespace {

using ini::ConfigFiles;
using ini::Edit;
using ini::Entry;
using ini::Move;

constexpr const char* main_path = "/etc/main.ini";

ini::FileReader reader_of(const std::string& main_text) {
  return [main_text](const std::string& path) -> Result<std::string> {
    if (path == main_path) return text_result(main_text);
    if (path == "/run/more.ini") return text_result("more = host=blue\napp = host=blue port=6\n");
    if (path == "/run/section.ini") return text_result("[users]\n");
    return Error{"cannot read " + path};
  };
}

Result<ConfigFiles> load(const std::string& text) {
  return ini::load_config(main_path, "/run", reader_of(text));
}

void tokens_cover_the_text(const std::string& text) {
  const auto document = ini::parse_document(text);
  require(ini::print(document) == text, "print(parse(text)) is the text");
  std::size_t at = 0;
  for (const auto& token : document.tokens) {
    require(token.all.begin == at, "tokens follow one another without gap");
    require(token.all.end >= at && token.all.end <= text.size(), "a token ends inside the text");
    at = token.all.end;
  }
  require(at == text.size() || document.tokens.empty(), "tokens reach the end of the text");
}

/// Name and meaning of what counts.
std::map<std::string, std::string> meaning_of(const ConfigFiles& config) {
  std::map<std::string, std::string> meaning;
  for (const Entry& entry : ini::effective_entries(config)) {
    std::map<std::string, std::string> last;
    for (const auto& parameter : entry.parameters) last[parameter.name] = parameter.value;
    last["host"] = entry.host;
    last["port"] = entry.port;
    last["dbname"] = entry.dbname;
    std::string text;
    for (const auto& [name, value] : last) text += name + "=" + value + "\n";
    meaning[entry.name] = text;
  }
  return meaning;
}

std::string text_after(const std::string& before, const Edit& edit) {
  for (const auto& file : edit.files)
    if (file.path == main_path) return file.new_text;
  return before;
}

bool is_main_only(const Edit& edit) {
  return edit.files.empty() || (edit.files.size() == 1 && edit.files[0].path == main_path);
}

void only_moved_entries_differ(const ConfigFiles& before, const ConfigFiles& after,
                               const std::vector<Move>& moves) {
  auto expected = meaning_of(before);
  auto found = meaning_of(after);
  for (const Move& move : moves) {
    const Entry* entry = ini::find_entry(after, move.entry);
    require(entry != nullptr, "a moved entry is still there");
    require(entry->host == move.to_host, "a moved entry holds the new host", move.entry);
    require(entry->port == ini::port_number(move.to_port), "it holds the new port", move.entry);
    expected.erase(move.entry);
    found.erase(move.entry);
  }
  require(expected == found, "entries that were not named are as before");
  require(ini::effective_settings(before) == ini::effective_settings(after),
          "settings are as before");
}

void there_and_back(const std::string& text, const ConfigFiles& before) {
  const auto moves = moves_for(before);
  const auto edit = ini::edit_entries(before, moves);
  if (!edit) {
    require(!edit.error().what.empty(), "a refusal says why");
    return;
  }
  if (!is_main_only(*edit)) return;
  const auto there = text_after(text, *edit);
  const auto after = load(there);
  require(after.has_value(), "the edited text loads", there);
  only_moved_entries_differ(before, *after, moves);

  const auto edit_back = ini::edit_entries(*after, reversed(moves));
  if (!is_restored_to_the_byte(before, moves)) return;
  require(edit_back.has_value(), "the way back is an edit too",
          edit_back ? "" : edit_back.error().what);
  require(text_after(there, *edit_back) == text, "the way back restores every byte",
          text + "\n---\n" + there + "\n---\n" + text_after(there, *edit_back));
}

void what_people_see(const std::string& text) {
  const auto masked = ini::without_passwords(text);
  const auto shown = load(masked);
  if (!shown) return;
  for (const Entry& entry : shown->definitions) {
    if (entry.place.file != 0) continue;
    const auto* password = ini::find_parameter(entry.parameters, "password");
    require(password == nullptr || password->value.starts_with("***"), "no password is shown",
            masked);
  }
  require(ini::unified_diff("a", text, text).empty(), "equal texts have no diff");
  ini::unified_diff("a", text, masked);
}

void run(const std::string& text) {
  tokens_cover_the_text(text);
  what_people_see(text);
  const auto config = load(text);
  if (!config) {
    require(!config.error().what.empty(), "a refusal says why");
    return;
  }
  ini::unfamiliar_parts(*config);
  there_and_back(text, *config);
}

}  // namespace
}  // namespace cutover::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::fuzz::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
