#include "controller/operation/run_page.h"

#include <fmt/format.h>

#include "controller/operation/page.h"
#include "controller/operation/pause_plot.h"

namespace cutover {
namespace {

using Cells = std::vector<std::string>;

std::string seconds_of(const std::optional<double>& seconds) {
  if (!seconds) return "";
  return *seconds < 1 ? fmt::format("{:.1f} ms", *seconds * 1000)
                      : fmt::format("{:.2f} s", *seconds);
}

std::vector<Cells> facts_of(const JournalRun& run) {
  return {{"Run", run.run_id},
          {"Command", run.command},
          {"Began", run.began_at},
          {"Ended", run.ended_at.value_or("it did not: its process died")},
          {"Outcome", run.outcome.value_or("none")},
          {"Attempts", std::to_string(run.attempts)},
          {"Writes held", run.pause_seconds ? seconds_of(run.pause_seconds)
                                            : std::string("never: clients were not paused")}};
}

/// Beginnings are left out: each has an end that tells more, unless the process died in it.
bool is_told(const std::vector<JournalEntry>& entries, std::size_t i) {
  const auto& kind = entries[i].kind;
  if (kind == "check") return false;
  if (kind != "step began" && kind != "undo began") return true;
  for (std::size_t j = i + 1; j < entries.size(); ++j)
    if (entries[j].step == entries[i].step && entries[j].kind.ends_with("ended")) return false;
  return true;
}

std::vector<Cells> events_of(const std::vector<JournalEntry>& entries) {
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!is_told(entries, i)) continue;
    const auto& entry = entries[i];
    const bool unended = entry.kind.ends_with(" began") && !entry.step.empty() &&
                         entry.kind != "attempt began" && entry.kind != "run began";
    rows.push_back({entry.at, entry.kind, entry.step, unended ? "did not end" : entry.outcome,
                    seconds_of(entry.seconds), entry.detail});
  }
  return rows;
}

std::vector<Cells> checks_of(const std::vector<JournalEntry>& entries) {
  std::vector<Cells> rows;
  for (const auto& entry : entries)
    if (entry.kind == "check") rows.push_back({entry.step, entry.outcome, entry.detail});
  return rows;
}

const Cells event_heads{"When (UTC)", "What", "Step", "Outcome", "Took", "Detail"};
const Cells check_heads{"Check", "Outcome", "Found"};

std::string markdown_table(const Cells& heads, const std::vector<Cells>& rows) {
  std::string text = "|";
  for (const auto& cell : heads) text += " " + cell + " |";
  text += "\n|";
  for (std::size_t i = 0; i < heads.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : rows) {
    text += "|";
    for (const auto& cell : row) text += " " + escape_cell(cell) + " |";
    text += "\n";
  }
  return text;
}

std::string html_table(const Cells& heads, const std::vector<Cells>& rows) {
  std::string text = "<table><tr>";
  for (const auto& cell : heads) text += "<th>" + escape_html(cell) + "</th>";
  text += "</tr>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (const auto& cell : row) {
      const bool bad = cell == "refused" || cell == "in_doubt" || cell == "fail";
      text += (bad ? "<td class=\"bad\">" : "<td>") + escape_html(cell) + "</td>";
    }
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

}  // namespace

std::string run_markdown(const JournalRun& run, const std::vector<JournalEntry>& entries) {
  std::string text = "# " + run.command + " " + run.run_id + "\n\n";
  text += markdown_table({"", ""}, facts_of(run));
  text += "\n## Steps\n\n" + markdown_table(event_heads, events_of(entries));
  const auto checks = checks_of(entries);
  if (!checks.empty()) text += "\n## Checks\n\n" + markdown_table(check_heads, checks);
  return text;
}

std::string run_html(const JournalRun& run, const std::vector<JournalEntry>& entries) {
  const auto title = run.command + " " + run.run_id;
  std::string body = "<h1>" + escape_html(title) + "</h1>\n" + html_table({}, facts_of(run));
  body += "<h2>Time line of the last attempt</h2>\n" + svg_of(timeline_of(entries));
  body += "<h2>Steps</h2>\n" + html_table(event_heads, events_of(entries));
  const auto checks = checks_of(entries);
  if (!checks.empty()) body += "<h2>Checks</h2>\n" + html_table(check_heads, checks);
  return html_page(title, body);
}

}  // namespace cutover
