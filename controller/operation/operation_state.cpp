#include "controller/operation/operation_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/postgres/conninfo.h"

namespace cutover {
namespace {

/// Switched, and only something after it needs attention: the item is done.
bool counts_as_done(const JournalRun& run) {
  const bool moves = run.command == "cutover" || run.command == "rollback";
  return run.outcome == "done" || (moves && run.outcome == "attention");
}

/// They say how things are: the newest run counts, done or not. What other commands did stays.
bool speaks_of_now(const std::string& command) {
  return command == "doctor" || command == "verify" || command == "rehearse";
}

/// Whether what `command` did before `later` no longer is so.
bool is_undone_by(const std::string& command, const JournalRun& later) {
  if (!counts_as_done(later)) return false;
  if (command == "cutover") return later.command == "rollback";
  if (command == "verify") return later.command == "seed";
  if (command == "finish")
    return later.command == "prepare" || later.command == "subscribe" || later.command == "cutover";
  return false;
}

std::string told(const JournalRun& run) {
  std::string text = fmt::format("run {}: {}", run.run_id, run.outcome.value_or("did not end"));
  if (run.pause_seconds) text += fmt::format(", pause {:.3f} s", *run.pause_seconds);
  return text;
}

/// `runs` are newest first: the newest that is done and still is so, else the newest.
void take_from_journal(ItemState& state, const std::vector<JournalRun>& runs) {
  for (const auto& run : runs) {
    if (is_undone_by(state.item.command, run)) {
      state.at = run.ended_at.value_or(run.began_at);
      state.note = fmt::format("no longer so since {}, {}", run.command, told(run));
      return;
    }
    if (run.command != state.item.command) continue;
    state.done = counts_as_done(run);
    if (state.at.empty() || state.done) {
      state.at = run.ended_at.value_or(run.began_at);
      state.note = told(run);
    }
    if (state.done || speaks_of_now(run.command)) return;
  }
}

Result<bool> switched(const Journal& journal, const JournalRun& run) {
  const auto entries = journal.entries(run.run_id);
  if (!entries) return entries.error();
  return std::any_of(entries->begin(), entries->end(), [](const JournalEntry& entry) {
    return entry.kind == "step ended" && entry.step == "switch" && entry.outcome == "done";
  });
}

/// A recovery that went forward did what the run it finished was to do.
Result<std::vector<JournalRun>> runs_with_what_they_did(const Journal& journal) {
  auto runs = journal.runs();
  if (!runs) return runs;
  std::string moving;
  for (auto run = runs->rbegin(); run != runs->rend(); ++run) {
    if (run->command == "cutover" || run->command == "rollback") moving = run->command;
    if (run->command != "recover" || moving.empty()) continue;
    const auto moved = switched(journal, *run);
    if (!moved) return moved.error();
    if (*moved) run->command = moving;
  }
  return runs;
}

using Values = std::map<std::string, std::string>;

void add(Values& values, const std::string& key, const std::string& text) {
  auto& value = values[key];
  const bool is_there = (", " + value + ", ").find(", " + text + ", ") != std::string::npos;
  if (is_there) return;
  value += (value.empty() ? "" : ", ") + text;
}

Values from_config(const Config& config) {
  Values values;
  for (const auto& bouncer : config.bouncers)
    add(values, "pgbouncer-host", bouncer.host.empty() ? bouncer.name : bouncer.host);
  for (const auto& database : config.databases) {
    add(values, "blue-cluster-writer-host", postgres::address_of(database.blue));
    add(values, "green-cluster-writer-host", postgres::address_of(database.green));
  }
  return values;
}

/// The step of a value is "DATABASE NAME"; database names may hold blanks.
std::string name_in(const std::string& step, const Config& config) {
  for (const auto& database : config.databases)
    if (step.starts_with(database.name + " ")) return step.substr(database.name.size() + 1);
  return step;
}

Result<void> add_from_journal(Values& values, const Journal& journal, const Config& config,
                              const std::vector<JournalRun>& runs) {
  Values newest;
  for (const auto& run : runs) {
    const auto entries = journal.entries(run.run_id);
    if (!entries) return entries.error();
    Values of_run;
    for (const auto& entry : *entries)
      if (entry.kind == "value")
        add(of_run, key_of_label(name_in(entry.step, config)), entry.detail);
    newest.insert(of_run.begin(), of_run.end());
  }
  for (const auto& [key, value] : newest) values[key] = value;
  return {};
}

}  // namespace

Result<OperationState> operation_state(const Config& config, const Journal& journal,
                                       const OperationRecord& record) {
  const auto runs = runs_with_what_they_did(journal);
  if (!runs) return runs.error();
  const auto ticks = record.ticks();
  if (!ticks) return ticks.error();
  const auto by_hand = record.values();
  if (!by_hand) return by_hand.error();
  auto values = from_config(config);
  const auto added = add_from_journal(values, journal, config, *runs);
  if (!added) return added.error();
  for (const auto& [key, value] : *by_hand) values[key] = value;

  OperationState state;
  for (const auto& item : checklist()) {
    ItemState one{item, false, {}, {}};
    if (!item.command.empty()) take_from_journal(one, *runs);
    if (const auto tick = ticks->find(item.id); tick != ticks->end())
      one = {item, true, tick->second.at, tick->second.note};
    state.items.push_back(std::move(one));
  }
  for (const auto& value : checklist_values()) {
    state.values.push_back({value, values[value.key]});
    values.erase(value.key);
  }
  for (const auto& [key, text] : values) state.values.push_back({{key, key, {}}, text});
  return state;
}

}  // namespace cutover
