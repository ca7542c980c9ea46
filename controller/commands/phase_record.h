// What becomes of a phase's events: journal and screen.
#pragma once

#include <memory>

#include "controller/commands/screen.h"
#include "controller/journal/journal.h"
#include "controller/runbook/phase.h"

namespace cutover {

/// The journal's entry: kind "step began", "step ended", "step held" or "value", the step
/// as "DATABASE NAME". Progress has none.
std::optional<JournalEntry> journal_entry_of(const PhaseEvent& event);

/// A line for people; empty for what they see at the end anyway.
std::string text_of(const PhaseEvent& event);

/// Both, for PhaseOptions::observe. A journal that cannot be written does not stop a phase.
std::function<void(const PhaseEvent&)> recorder(std::shared_ptr<Journal> journal,
                                                std::string run_id, Screen screen);

}  // namespace cutover
