#include "controller/report/progress.h"

#include <fmt/format.h>

#include "controller/cutover/execute.h"

namespace cutover {
namespace {

constexpr const char* plain = "";
constexpr const char* green = "\x1b[32m";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* red = "\x1b[31m";

const char* color_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::done:
      return green;
    case OutcomeKind::refused:
      return yellow;
    case OutcomeKind::in_doubt:
      return red;
  }
  return red;
}

}  // namespace

std::string duration_text(std::chrono::microseconds duration) {
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  return ms < 1000 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.2f} s", ms / 1000);
}

void Progress::on(const Event& event, const RunState&) {
  std::visit([this](const auto& one) { print(one); }, event);
}

void Progress::line(const char* mark, const char* color, const std::string& text) {
  const bool colored = style_.color && *color != '\0';
  const auto whole =
      fmt::format("{}{:>6}{}  {}\n", colored ? color : "", mark, colored ? "\x1b[0m" : "", text);
  // A terminal that is gone or a full disk is no error of the run.
  std::fwrite(whole.data(), 1, whole.size(), out_);
  std::fflush(out_);
}

void Progress::print(const RunBegan& event) {
  line("", plain, event.plan);
}

/// After the decision a step is tried ten times a second until it is done.
bool Progress::is_repeated(const StepEnded& event) {
  const bool is_same = last_failure_ && last_failure_->step == event.step &&
                       last_failure_->is_undo == event.is_undo &&
                       last_failure_->outcome.kind == event.outcome.kind &&
                       last_failure_->outcome.detail == event.outcome.detail;
  last_failure_ = event.outcome.is_done() ? std::nullopt : std::optional(event);
  return is_same;
}

void Progress::print(const AttemptBegan& event) {
  last_failure_.reset();
  if (event.attempt > 1) line("", plain, fmt::format("attempt {}", event.attempt));
}

void Progress::print(const StepBegan&) {}

void Progress::print(const StepEnded& event) {
  if (is_repeated(event)) return;
  std::string text = fmt::format("{:<20} {:>10}", event.step, duration_text(event.took));
  if (!event.outcome.detail.empty()) text += "  " + event.outcome.detail;
  const char* mark =
      event.outcome.is_done() ? (event.is_undo ? "undone" : "done") : name_of(event.outcome.kind);
  line(event.outcome.is_in_doubt()  ? "doubt"
       : event.outcome.is_refused() ? "no"
                                    : mark,
       color_of(event.outcome.kind), text);
  if (!event.outcome.is_done() && !event.outcome.hint.empty())
    line("hint:", plain, event.outcome.hint);
}

void Progress::print(const PauseBegan&) {
  line("", plain, "writes are held from here");
}

void Progress::print(const PauseEnded& event) {
  line("", plain, fmt::format("writes were held for {}", duration_text(event.held)));
}

void Progress::print(const AttemptFailed& event) {
  const auto next = event.next_in.count() > 0
                        ? fmt::format("next attempt in {}", duration_text(event.next_in))
                        : std::string("no further attempt");
  line("", plain,
       fmt::format("attempt {} failed, clients go on where they were; {}", event.attempt, next));
}

void Progress::print(const RunEnded& event) {
  line("", plain, fmt::format("outcome: {}", name_of(event.outcome)));
}

}  // namespace cutover
