#include "controller/report/generated_docs.h"

#include <fmt/format.h>

#include "controller/report/progress.h"

namespace cutover {
namespace {

const char* stage_text(Stage stage) {
  switch (stage) {
    case Stage::setup:
      return "once";
    case Stage::attempt:
      return "every attempt";
    case Stage::forward:
      return "until done";
    case Stage::after:
      return "once, after";
  }
  return "";
}

const char* failure_text(const Step& step) {
  if (step.point_of_no_return) return "only forward";
  switch (step.stage) {
    case Stage::setup:
      return "undo, end";
    case Stage::attempt:
      return step.undo_must_hold ? "undo for certain, retry" : "undo, retry";
    case Stage::forward:
      return "retry";
    case Stage::after:
      return step.only_warns ? "warn, go on" : "retry, report, go on";
  }
  return "";
}

std::string row(const Step& step, const char* when) {
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", step.name, step.purpose, when,
                     duration_text(step.deadline), step.holds_clients ? "yes" : "no",
                     failure_text(step));
}

}  // namespace

std::string protocol_table(const Plan& plan) {
  std::string table =
      "| step | what it does | when | deadline | clients wait | when it fails "
      "|\n|---|---|---|---|---|---|\n";
  for (const auto& step : plan.steps) table += row(step, stage_text(step.stage));
  for (const auto& step : plan.when_aborted) table += row(step, "once, when aborted");
  return table;
}

std::string with_generated_block(const std::string& document, const std::string& name,
                                 const std::string& block) {
  const std::string begin_mark = "<!-- generated: " + name + " -->\n";
  const std::string end_mark = "<!-- end -->";
  const auto begin = document.find(begin_mark);
  if (begin == std::string::npos) return document;
  const auto from = begin + begin_mark.size();
  const auto end = document.find(end_mark, from);
  if (end == std::string::npos) return document;
  return document.substr(0, from) + block + document.substr(end);
}

}  // namespace cutover
