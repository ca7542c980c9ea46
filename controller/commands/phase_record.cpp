#include "controller/commands/phase_record.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "controller/report/progress.h"

namespace cutover {
namespace {

const char* journal_kind(PhaseEventKind kind) {
  switch (kind) {
    case PhaseEventKind::step_began:
      return "step began";
    case PhaseEventKind::step_ended:
      return "step ended";
    case PhaseEventKind::step_held:
      return "step held";
    case PhaseEventKind::value:
      return "value";
    case PhaseEventKind::progress:
      return nullptr;
  }
  return nullptr;
}

bool has_outcome(PhaseEventKind kind) {
  return kind == PhaseEventKind::step_ended || kind == PhaseEventKind::step_held;
}

}  // namespace

std::optional<JournalEntry> journal_entry_of(const PhaseEvent& event) {
  const auto* kind = journal_kind(event.kind);
  if (kind == nullptr) return std::nullopt;
  JournalEntry entry;
  entry.kind = kind;
  entry.step = event.database + " " + event.name;
  entry.detail = event.detail;
  if (!has_outcome(event.kind)) return entry;
  entry.outcome = name_of(event.outcome.kind);
  entry.seconds = std::chrono::duration<double>(event.took).count();
  return entry;
}

std::string text_of(const PhaseEvent& event) {
  const auto name = event.database + " " + event.name;
  switch (event.kind) {
    case PhaseEventKind::step_ended:
    case PhaseEventKind::step_held:
      return fmt::format("{:>8}  {:<32} {:>10}  {}\n", name_of(event.outcome.kind), name,
                         duration_text(event.took), event.detail);
    case PhaseEventKind::value:
      return fmt::format("          {} = {}\n", name, event.detail);
    case PhaseEventKind::progress:
      return fmt::format("          {}: {}\n", event.database, event.detail);
    default:
      return {};
  }
}

std::function<void(const PhaseEvent&)> recorder(std::shared_ptr<Journal> journal,
                                                std::string run_id, Screen screen) {
  return
      [journal = std::move(journal), run_id = std::move(run_id), screen](const PhaseEvent& event) {
        screen.print(text_of(event));
        const auto entry = journal_entry_of(event);
        if (!entry) return;
        const auto written = journal->append(run_id, *entry);
        if (!written) spdlog::warn("the journal cannot be written: {}", to_text(written.error()));
      };
}

}  // namespace cutover
