#include "controller/display/run_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/cutover/execute.h"

namespace cutover {
namespace {

using std::chrono::microseconds;

constexpr std::size_t label_width = 10;
constexpr std::size_t most_bouncers = 4;
constexpr std::size_t prints_kept = 2;

double seconds_of(TimePoint::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string time_text(double seconds) {
  return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1000) : fmt::format("{:.2f} s", seconds);
}

Style style_of(OutcomeKind kind) {
  if (kind == OutcomeKind::done) return Style::good;
  return kind == OutcomeKind::refused ? Style::warning : Style::bad;
}

FrameLine labelled(const std::string& label) {
  return FrameLine(left(label, label_width), Style::dim);
}

}  // namespace

RunView::RunView(const Plan& plan, const RunLimits& limits, TimePoint now)
    : plan_name_(plan.name), limits_(limits), began_(now) {
  for (const auto& step : plan.steps) {
    StepSight sight;
    sight.name = step.name;
    steps_.push_back(sight);
    if (step.stage == Stage::attempt) attempt_steps_.push_back(step.name);
  }
}

RunView::StepSight& RunView::step_named(const std::string& name) {
  const auto found = std::ranges::find(steps_, name, &StepSight::name);
  if (found != steps_.end()) return *found;
  StepSight sight;
  sight.name = name;
  return steps_.emplace_back(std::move(sight));
}

void RunView::forget_attempt() {
  for (auto& step : steps_) {
    if (std::ranges::find(attempt_steps_, step.name) == attempt_steps_.end()) continue;
    const auto name = step.name;
    step = StepSight();
    step.name = name;
  }
}

void RunView::take(const Event& event, TimePoint now) {
  if (const auto* attempt = std::get_if<AttemptBegan>(&event)) {
    attempt_ = attempt->attempt;
    if (attempt_ > 1) forget_attempt();
  }
  if (const auto* began = std::get_if<StepBegan>(&event)) {
    auto& step = step_named(began->step);
    step.began = now;
    step.undo = began->is_undo;
    if (!began->is_undo) step.outcome.reset();
  }
  if (const auto* ended = std::get_if<StepEnded>(&event)) {
    auto& step = step_named(ended->step);
    step.began.reset();
    step.took = ended->took;
    step.undone = ended->is_undo && ended->outcome.is_done();
    step.outcome = ended->outcome;
    if (!ended->outcome.is_done()) {
      news_ = ended->step + ": " + ended->outcome.detail;
      news_style_ = style_of(ended->outcome.kind);
    }
  }
  if (std::holds_alternative<PauseBegan>(event)) paused_at_ = now;
  if (const auto* ended = std::get_if<PauseEnded>(&event)) {
    paused_at_.reset();
    held_ = ended->held;
  }
  if (const auto* failed = std::get_if<AttemptFailed>(&event)) {
    news_ = fmt::format("attempt {} failed, clients go on where they were: {}", failed->attempt,
                        failed->outcome.detail);
    news_style_ = Style::warning;
  }
  if (const auto* ended = std::get_if<RunEnded>(&event)) outcome_ = ended->outcome;
}

void RunView::take(const FleetLook& look) {
  history_.take(look);
  look_ = look;
}

void RunView::take_print(const std::string& text) {
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (end > from) prints_.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  while (prints_.size() > prints_kept) prints_.pop_front();
}

FrameLine RunView::head(TimePoint now) const {
  FrameLine line(" " + plan_name_ + " ", Style::title);
  line.add(fmt::format("  {}", clock_text(seconds_of(now - began_))), Style::strong);
  line.add(fmt::format("  attempt {} of {}", attempt_, limits_.attempts));
  if (outcome_)
    line.add(fmt::format("  {}", name_of(*outcome_)),
             *outcome_ == RunOutcome::done ? Style::good : Style::warning);
  return line;
}

FrameLine RunView::pause_line(FrameSize size, const Glyphs& glyphs, TimePoint now) const {
  auto line = labelled("pause");
  if (!paused_at_ && !held_) return line.add("not yet", Style::dim);
  const double budget = seconds_of(limits_.pause_budget);
  const double held =
      paused_at_ ? seconds_of(now - *paused_at_) : std::chrono::duration<double>(*held_).count();
  const double part = held / budget;
  constexpr double nearly = 0.7;
  const auto style = part > 1 ? Style::bad : part > nearly ? Style::warning : Style::good;
  const std::size_t width = std::clamp<std::size_t>(size.width / 3, 8, 60);
  line.add(glyphs.bar(part, width), style);
  line.add(fmt::format(" {} of {}", time_text(held), time_text(budget)), Style::strong);
  return line.add(paused_at_ ? "  clients wait" : "  clients go on",
                  paused_at_ ? Style::warning : Style::good);
}

Frame RunView::lag_lines(const Glyphs& glyphs) const {
  Frame lines;
  for (const auto& database : look_.databases) {
    auto slots = database.blue.slots;
    slots.insert(slots.end(), database.green.slots.begin(), database.green.slots.end());
    for (const auto& slot : slots) {
      // An armed way back that is not open yet has no lag to tell.
      if (!slot.ours || (slot.direction == Direction::back && !slot.active)) continue;
      auto line = labelled(lines.empty() ? "lag" : "");
      line.add(left(slot.subscription, 16) + " ");
      line.add(right(slot.lag_bytes ? bytes_text(*slot.lag_bytes) : "unknown", 11) + "  ",
               slot.active ? Style::plain : Style::bad);
      line.add(glyphs.sparkline(history_.lag_bytes(slot.slot), 30), Style::blue);
      lines.push_back(line);
    }
  }
  constexpr std::size_t most = 3;
  if (lines.size() > most) lines.resize(most);
  return lines;
}

Frame RunView::bouncer_lines() const {
  Frame lines;
  for (const auto& bouncer : look_.bouncers) {
    if (lines.size() == most_bouncers) break;
    auto line = labelled(lines.empty() ? "bouncers" : "");
    line.add(left(bouncer.name, 16) + " ");
    if (!bouncer.error.empty()) {
      lines.push_back(line.add("out of reach", Style::bad));
      continue;
    }
    line.add(left(bouncer.serves, 8), style_of_side(bouncer.serves));
    // Nobody looks while clients wait, but then it is known that every bouncer holds them.
    const bool paused = bouncer.paused || paused_at_;
    line.add(paused ? "PAUSED  " : "serving ", paused ? Style::warning : Style::good);
    line.add(fmt::format("{} waiting", bouncer.clients_waiting), Style::dim);
    if (bouncer.intent && !bouncer.switched) line.add("  switching", Style::warning);
    lines.push_back(line);
  }
  if (look_.bouncers.size() > lines.size() && !lines.empty())
    lines.back().add(fmt::format("  and {} more", look_.bouncers.size() - lines.size()));
  return lines;
}

FrameLine RunView::step_line(const StepSight& step, TimePoint now) {
  if (step.began) {
    FrameLine line(step.undo ? "  undo " : "  now  ", Style::warning);
    line.add(left(step.name, 24), Style::strong);
    return line.add(right(time_text(seconds_of(now - *step.began)), 11), Style::strong);
  }
  if (!step.outcome) return FrameLine("       " + step.name, Style::dim);
  const bool done = step.outcome->is_done();
  const std::string mark = done ? (step.undone ? "  back " : "  done ")
                                : (step.outcome->is_refused() ? "  no   " : "  doubt");
  FrameLine line(mark, step.undone ? Style::warning : style_of(step.outcome->kind));
  line.add(left(step.name, 24));
  line.add(right(time_text(std::chrono::duration<double>(step.took).count()), 11));
  return line.add("  " + step.outcome->detail, Style::dim);
}

std::size_t RunView::current_step() const {
  std::size_t last = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].began) return i;
    if (steps_[i].outcome) last = i;
  }
  return last;
}

Frame RunView::step_lines(TimePoint now) const {
  Frame lines;
  for (const auto& step : steps_) lines.push_back(step_line(step, now));
  return lines;
}

Frame RunView::frame(FrameSize size, const Glyphs& glyphs, TimePoint now) const {
  Frame frame{head(now), pause_line(size, glyphs, now)};
  for (const auto& part : {lag_lines(glyphs), bouncer_lines()})
    frame.insert(frame.end(), part.begin(), part.end());
  frame.emplace_back(glyphs.rule(size.width), Style::dim);
  Frame below;
  if (!news_.empty()) below.emplace_back(news_, news_style_);
  for (const auto& print : prints_) below.emplace_back(print, Style::dim);
  const std::size_t taken = frame.size() + below.size();
  const std::size_t room = size.height > taken ? size.height - taken : 1;
  const auto steps = step_lines(now);
  // The step that runs stays in sight, with what comes next below it.
  const std::size_t after_current = current_step() + room / 3;
  const std::size_t last = std::min(steps.size(), std::max(room, after_current + 1));
  const std::size_t first = last > room ? last - room : 0;
  for (std::size_t i = first; i < last; ++i) frame.push_back(steps[i]);
  frame.resize(std::max(frame.size(), size.height - std::min(size.height, below.size())));
  frame.insert(frame.end(), below.begin(), below.end());
  return fitted(std::move(frame), size);
}

}  // namespace cutover
