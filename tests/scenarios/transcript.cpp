#include "tests/scenarios/transcript.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace cutover::scenarios {
namespace {

double in_ms(microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string told(const Outcome& outcome) {
  const std::string why = outcome.detail.empty() ? "" : ": " + outcome.detail;
  return name_of(outcome.kind) + why;
}

struct Teller {
  std::string operator()(const RunBegan& it) const { return "run: " + it.plan; }
  std::string operator()(const AttemptBegan& it) const {
    return fmt::format("attempt {}", it.attempt);
  }
  std::string operator()(const StepBegan& it) const {
    return fmt::format("{}{}", it.is_undo ? "undo " : "", it.step);
  }
  std::string operator()(const StepEnded& it) const {
    return fmt::format("{}{}: {} ({:.1f} ms)", it.is_undo ? "undo " : "", it.step, told(it.outcome),
                       in_ms(it.took));
  }
  std::string operator()(const PauseBegan&) const { return "clients wait"; }
  std::string operator()(const PauseEnded& it) const {
    return fmt::format("clients go on after {:.1f} ms", in_ms(it.held));
  }
  std::string operator()(const AttemptFailed& it) const {
    return fmt::format("attempt {} failed, {}, next in {} ms", it.attempt, told(it.outcome),
                       it.next_in.count());
  }
  std::string operator()(const RunEnded& it) const {
    return fmt::format("run ended: {}, exit {}", name_of(it.outcome), exit_code_of(it.outcome));
  }
};

}  // namespace

void Transcript::on(const Event& event, const RunState&) {
  add(std::visit(Teller{}, event));
}

void Transcript::add(const std::string& line) {
  text_ += fmt::format("{:>10.1f}  {}\n", in_ms(clock_.elapsed()), line);
}

std::string differs_from_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(CUTOVER_GOLDEN_FOLDER) + "/" + name + ".txt";
  if (std::getenv("CUTOVER_REGENERATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return {};
  }
  std::ifstream file(path);
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  if (golden == text) return {};
  return fmt::format(
      "{} differs. It should be\n{}\nbut it is\n{}\n"
      "If that is right, run again with CUTOVER_REGENERATE_GOLDEN=1 and read the diff.",
      path, golden, text);
}

}  // namespace cutover::scenarios
