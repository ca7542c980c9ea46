#include "tests/faults/fault_table.h"

#include <algorithm>
#include <sstream>

#include "common/base/durable_file.h"
#include "tests/support/temporary_directory.h"

namespace cutover::faults {
namespace {

std::string head_of(const FaultTable& table) {
  std::string names = "| fault |";
  std::string line = "|---|";
  for (const auto& moment : table.moments) {
    names += " " + moment.name + " |";
    line += "---|";
  }
  return names + " run |\n" + line + "---|\n";
}

/// Empty: that cell was not run.
std::string cell(const Results& results, const Fault& fault, const Moment& moment) {
  if (!strikes_at(fault, moment)) return fault.lasts ? "the same run" : "–";
  const auto found = results.find({fault.name, moment.name});
  return found == results.end() ? "" : to_text(found->second);
}

/// Empty: not every cell was run.
std::string row(const FaultTable& table, const Results& results, const Fault& fault,
                const std::string& run) {
  std::string text = "| " + fault.name + " |";
  for (const auto& moment : table.moments) {
    const auto here = cell(results, fault, moment);
    if (here.empty()) return "";
    text += " " + here + " |";
  }
  return text + " " + run + " |\n";
}

/// As the page has it, under the same moments.
std::string earlier_row(const FaultTable& table, const Fault& fault, const std::string& earlier) {
  if (!earlier.starts_with(head_of(table))) return "";
  std::istringstream lines(earlier);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| " + fault.name + " |")) return line + "\n";
  return "";
}

std::string empty_row(const FaultTable& table, const Fault& fault) {
  std::string text = "| " + fault.name + " |";
  for (std::size_t i = 0; i < table.moments.size(); ++i) text += " not run |";
  return text + " |\n";
}

bool strikes_anywhere(const FaultTable& table, const Fault& fault) {
  return std::ranges::any_of(table.moments,
                             [&](const Moment& moment) { return strikes_at(fault, moment); });
}

}  // namespace

std::string to_markdown(const FaultTable& table, const Results& results, const std::string& run,
                        const std::string& earlier) {
  std::string text = head_of(table);
  for (const auto& fault : all_faults()) {
    if (!strikes_anywhere(table, fault)) continue;
    auto line = row(table, results, fault, run);
    if (line.empty()) line = earlier_row(table, fault, earlier);
    text += line.empty() ? empty_row(table, fault) : line;
  }
  return text;
}

bool write_into(const std::filesystem::path& page, const FaultTable& table, const Results& results,
                const std::string& run) {
  const auto text = read_file(page);
  if (!text) return false;
  const auto mark = text->find("<!-- " + table.name + ":");
  const auto begin = mark == std::string::npos ? mark : text->find('\n', mark);
  const auto end = text->find("<!-- end of " + table.name + " -->");
  if (begin == std::string::npos || end == std::string::npos || end <= begin) return false;
  const auto head = begin + 1;
  const auto earlier = text->substr(head, end - head);
  support::write_file(
      page, text->substr(0, head) + to_markdown(table, results, run, earlier) + text->substr(end));
  return true;
}

}  // namespace cutover::faults
