#include "tests/faults/fault_table.h"

#include "common/base/durable_file.h"
#include "tests/support/temporary_directory.h"

namespace cutover::faults {
namespace {

constexpr const char* begin_mark = "<!-- table: written by scripts/prove faults -->\n";
constexpr const char* end_mark = "<!-- end of the table -->";

std::string cell(const Table& table, const Fault& fault, Moment moment) {
  if (fault.lasts && moment != Moment::before_the_decision) return "the same run";
  const auto found = table.find({fault.name, moment});
  return found == table.end() ? "not run" : to_text(found->second);
}

}  // namespace

std::string to_markdown(const Table& table) {
  std::string text =
      "| fault | before the decision | between decision and switch | during the switch |\n"
      "|---|---|---|---|\n";
  for (const auto& fault : all_faults()) {
    text += "| " + fault.name;
    for (const auto moment : all_moments) text += " | " + cell(table, fault, moment);
    text += " |\n";
  }
  return text;
}

bool write_into(const std::filesystem::path& page, const std::string& markdown) {
  const auto text = read_file(page);
  if (!text) return false;
  const auto begin = text->find(begin_mark);
  const auto end = text->find(end_mark);
  if (begin == std::string::npos || end == std::string::npos) return false;
  const auto head = begin + std::string(begin_mark).size();
  support::write_file(page, text->substr(0, head) + markdown + text->substr(end));
  return true;
}

}  // namespace cutover::faults
