// The checklist of an upgrade from the first settings to the day after, as data. What a command
// does is ticked from the journal, the rest by hand. Next: operation_state.h, checklist_page.h.
#pragma once

#include <string>
#include <vector>

namespace cutover {

struct ChecklistItem {
  std::string id;  ///< for `runbook done`
  std::string section;
  std::string text;
  std::string command = {};  ///< as in the journal; empty: done by hand
};

struct ChecklistValue {
  std::string key;  ///< for `runbook set`
  std::string label;
  std::string example = {};
};

const std::vector<ChecklistItem>& checklist();
const std::vector<ChecklistValue>& checklist_values();

/// "green initial LSN" → "green-initial-lsn"
std::string key_of_label(const std::string& label);

}  // namespace cutover
