#include <spdlog/spdlog.h>

#include <chrono>

#include "controller/cutover/execute.h"
#include "controller/journal/journal.h"

namespace cutover {
namespace {

double in_seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// What the journal says of each kind of event.
struct ToEntry {
  JournalEntry operator()(const RunBegan& event) const {
    return {{}, "run began", event.plan, {}, {}, {}};
  }
  JournalEntry operator()(const AttemptBegan& event) const {
    return {{}, "attempt began", std::to_string(event.attempt), {}, {}, {}};
  }
  JournalEntry operator()(const StepBegan& event) const {
    return {{}, event.is_undo ? "undo began" : "step began", event.step, {}, {}, {}};
  }
  JournalEntry operator()(const StepEnded& event) const {
    return {{},
            event.is_undo ? "undo ended" : "step ended",
            event.step,
            name_of(event.outcome.kind),
            event.outcome.detail,
            in_seconds(event.took)};
  }
  JournalEntry operator()(const PauseBegan&) const { return {{}, "pause began", {}, {}, {}, {}}; }
  JournalEntry operator()(const PauseEnded& event) const {
    return {{}, "pause ended", {}, {}, {}, in_seconds(event.held)};
  }
  JournalEntry operator()(const AttemptFailed& event) const {
    return {{},
            "attempt failed",
            std::to_string(event.attempt),
            name_of(event.outcome.kind),
            event.outcome.detail,
            {}};
  }
  JournalEntry operator()(const RunEnded& event) const {
    return {{}, "run ended", {}, name_of(event.outcome), {}, {}};
  }
};

}  // namespace

JournalListener::JournalListener(Journal& journal, std::string run_id)
    : journal_(journal), run_id_(std::move(run_id)) {}

void JournalListener::on(const Event& event, const RunState&) {
  append(std::visit(ToEntry{}, event));
}

void JournalListener::append(JournalEntry entry) {
  const auto written = journal_.append(run_id_, entry);
  if (written || has_failed_) return;
  has_failed_ = true;
  spdlog::warn("the journal cannot be written, the run goes on: {}", to_text(written.error()));
}

}  // namespace cutover
