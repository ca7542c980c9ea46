// What one run did, from its journal: as Markdown and as one self-contained HTML page. Pure.
#pragma once

#include "controller/journal/journal.h"

namespace cutover {

std::string run_markdown(const JournalRun& run, const std::vector<JournalEntry>& entries);
std::string run_html(const JournalRun& run, const std::vector<JournalEntry>& entries);

}  // namespace cutover
