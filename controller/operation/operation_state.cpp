#include "controller/operation/operation_state.h"

#include <fmt/format.h>

#include "common/postgres/conninfo.h"

namespace cutover {
namespace {

/// Switched, and only something after it needs attention: the item is done.
bool counts_as_done(const JournalRun& run) {
  return run.outcome == "done" || (run.command == "cutover" && run.outcome == "attention");
}

std::string told(const JournalRun& run) {
  std::string text = fmt::format("run {}: {}", run.run_id, run.outcome.value_or("did not end"));
  if (run.pause_seconds) text += fmt::format(", pause {:.3f} s", *run.pause_seconds);
  return text;
}

/// `runs` are newest first: the newest that is done, else the newest.
void take_from_journal(ItemState& state, const std::vector<JournalRun>& runs) {
  for (const auto& run : runs) {
    if (run.command != state.item.command) continue;
    if (state.at.empty() || counts_as_done(run)) {
      state.at = run.ended_at.value_or(run.began_at);
      state.note = told(run);
    }
    if (!counts_as_done(run)) continue;
    state.done = true;
    return;
  }
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
  const auto runs = journal.runs();
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
