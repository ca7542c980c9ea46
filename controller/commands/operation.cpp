// `cutover runbook` and `cutover report`: pages made from the journal, and what people tick by
// hand.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "common/base/durable_file.h"
#include "controller/commands/commands.h"
#include "controller/commands/screen.h"
#include "controller/operation/checklist_page.h"
#include "controller/operation/pause_plot.h"
#include "controller/operation/run_page.h"

namespace cutover {
namespace {

namespace json = boost::json;

bool wants_html(const CommandLine& line) {
  return line.options.has("--html") || line.options.text("--output").ends_with(".html");
}

/// To the file that was asked for, else to stdout (not under --json, where it is in `data`).
std::optional<Error> give_out(const CommandLine& line, const std::string& page) {
  const auto path = line.options.text("--output");
  if (path.empty()) {
    Screen(line).print(page);
    return std::nullopt;
  }
  const auto written = write_durably(path, page);
  if (!written) return written.error();
  return std::nullopt;
}

std::string item_ids() {
  std::string ids;
  for (const auto& item : checklist()) ids += (ids.empty() ? "" : " ") + item.id;
  return ids;
}

bool is_item(const std::string& id) {
  const auto& items = checklist();
  return std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.id == id; });
}

std::string joined(const std::vector<std::string>& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

/// Why the words are no use of `runbook`; nothing: they are one.
std::optional<Error> misuse(const std::vector<std::string>& words) {
  const bool item = words[0] == "done" || words[0] == "undo";
  if (item && (words.size() != 2 || !is_item(words[1])))
    return Error{fmt::format("runbook {} wants one item of the checklist", words[0]),
                 "items: " + item_ids()};
  if (!item && (words[0] != "set" || words.size() < 3))
    return Error{fmt::format("runbook does not know \"{}\"", joined(words, 0)),
                 "`runbook done ITEM --note …`, `runbook undo ITEM`, `runbook set KEY VALUE`"};
  return std::nullopt;
}

/// `done ITEM`, `undo ITEM`, `set KEY VALUE`.
CommandResult note_by_hand(const CommandLine& line, OperationRecord& record) {
  const auto words = line.options.all("words");
  if (const auto wrong = misuse(words)) return usage_error(label_of(line.command), *wrong);
  const auto written = words[0] == "done"   ? record.tick(words[1], line.options.text("--note"))
                       : words[0] == "undo" ? record.untick(words[1])
                                            : record.set(key_of_label(words[1]), joined(words, 2));
  return written ? CommandResult{} : refusal(label_of(line.command), written.error());
}

json::value json_of(const OperationState& state) {
  json::array items;
  for (const auto& one : state.items)
    items.push_back({{"item", one.item.id},
                     {"section", one.item.section},
                     {"text", one.item.text},
                     {"done", one.done},
                     {"at", one.at.empty() ? json::value() : json::value(one.at)},
                     {"note", one.note}});
  json::object values;
  for (const auto& one : state.values) values[one.value.key] = one.text;
  return {{"items", items}, {"values", values}};
}

const JournalRun* run_named(const std::vector<JournalRun>& runs, const std::string& id) {
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const auto& run) {
    return id.empty() ? moves_clients(run) : run.run_id == id;
  });
  return found == runs.end() ? nullptr : &*found;
}

json::value json_of(const JournalRun& run, const std::vector<JournalEntry>& entries) {
  json::array list;
  for (const auto& entry : entries)
    list.push_back({{"at", entry.at},
                    {"kind", entry.kind},
                    {"step", entry.step},
                    {"outcome", entry.outcome},
                    {"detail", entry.detail},
                    {"seconds", entry.seconds ? json::value(*entry.seconds) : json::value()}});
  return {{"run_id", run.run_id},
          {"command", run.command},
          {"began_at", run.began_at},
          {"ended_at", run.ended_at ? json::value(*run.ended_at) : json::value()},
          {"outcome", run.outcome ? json::value(*run.outcome) : json::value()},
          {"entries", list}};
}

}  // namespace

CommandResult runbook_command(const CommandLine& line, const Config& config) {
  const auto label = label_of(line.command);
  auto record = OperationRecord::open(config.state_dir);
  if (!record) return refusal(label, record.error());
  const auto journal = Journal::open(config.state_dir);
  if (!journal) return refusal(label, journal.error());
  if (!line.options.all("words").empty()) return note_by_hand(line, *record);
  if (line.options.has("--note"))
    return usage_error(label, {"--note belongs to an item", "`runbook done ITEM --note …`"});
  const auto state = operation_state(config, *journal, *record);
  if (!state) return refusal(label, state.error());
  const auto failed =
      give_out(line, wants_html(line) ? checklist_html(*state) : checklist_markdown(*state));
  if (failed) return refusal(label, *failed);
  CommandResult result;
  result.data = json_of(*state);
  return result;
}

CommandResult report_command(const CommandLine& line, const Config& config) {
  const auto label = label_of(line.command);
  const auto journal = Journal::open(config.state_dir);
  if (!journal) return refusal(label, journal.error());
  const auto runs = journal->runs();
  if (!runs) return refusal(label, runs.error());
  const auto words = line.options.all("words");
  if (words.size() > 1)
    return usage_error(label, {"report wants one run, not \"" + joined(words, 0) + "\"",
                               "`cutover report RUN`, or nothing for the newest"});
  const auto* run = run_named(*runs, words.empty() ? "" : words[0]);
  if (run == nullptr)
    return refusal(label, {words.empty() ? "the journal knows no cutover, rollback or rehearsal"
                                         : "the journal knows no run " + words[0],
                           "`cutover report RUN`: runs are in " +
                               (config.state_dir / "journal.sqlite").string()});
  const auto entries = journal->entries(run->run_id);
  if (!entries) return refusal(label, entries.error());
  const bool plot_alone = line.options.text("--output").ends_with(".svg");
  const auto failed = give_out(line, plot_alone         ? svg_file_of(timeline_of(*entries))
                                     : wants_html(line) ? run_html(*run, *entries)
                                                        : run_markdown(*run, *entries));
  if (failed) return refusal(label, *failed);
  CommandResult result;
  result.data = json_of(*run, *entries);
  return result;
}

}  // namespace cutover
