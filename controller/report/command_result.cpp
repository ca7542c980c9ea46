#include "controller/report/command_result.h"

#include <algorithm>
#include <boost/json.hpp>

namespace cutover {
namespace {

namespace json = boost::json;

double in_seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

const char* outcome_of(const StepReport& step) {
  return step.undone ? "undone" : name_of(step.outcome.kind);
}

json::value json_of(const CheckReport& check) {
  return {{"name", check.name},
          {"outcome", name_of(check.finding.outcome)},
          {"detail", check.finding.detail},
          {"hint", check.finding.hint}};
}

json::value json_of(const StepReport& step) {
  return {{"name", step.name},
          {"outcome", outcome_of(step)},
          {"seconds", in_seconds(step.took)},
          {"detail", step.outcome.detail}};
}

template <class T>
json::array json_of_all(const std::vector<T>& items) {
  json::array array;
  for (const auto& item : items) array.push_back(json_of(item));
  return array;
}

std::string text_at(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

StepReport step_of(const json::object& object) {
  StepReport step;
  step.name = text_at(object, "name");
  const auto outcome = text_at(object, "outcome");
  step.undone = outcome == "undone";
  if (outcome == "refused") step.outcome.kind = OutcomeKind::refused;
  if (outcome == "done") step.outcome.kind = OutcomeKind::done;
  step.outcome.detail = text_at(object, "detail");
  const double seconds = object.at("seconds").to_number<double>();
  step.took = std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
  return step;
}

CommandResult result_of(const json::object& object) {
  CommandResult result;
  result.run_id = text_at(object, "run_id");
  result.command = text_at(object, "command");
  result.dry_run = object.at("dry_run").as_bool();
  result.outcome = text_at(object, "outcome");
  result.exit_code = object.at("exit_code").to_number<int>();
  result.attempts = object.at("attempts").to_number<std::uint32_t>();
  if (!object.at("pause_seconds").is_null()) {
    result.pause_seconds = object.at("pause_seconds").to_number<double>();
  }
  for (const auto& step : object.at("steps").as_array())
    result.steps.push_back(step_of(step.as_object()));
  if (object.at("error").is_string()) result.error = Error{text_at(object, "error")};
  result.data = object.at("data");
  return result;
}

}  // namespace

CommandResult usage_error(std::string command, Error error) {
  CommandResult result;
  result.command = std::move(command);
  result.outcome = "usage";
  result.exit_code = 2;
  result.error = std::move(error);
  return result;
}

CommandResult refusal(std::string command, Error error) {
  CommandResult result;
  result.command = std::move(command);
  end_as(result, RunOutcome::refused, std::move(error));
  return result;
}

void end_as(CommandResult& result, RunOutcome outcome, Error error) {
  result.outcome = name_of(outcome);
  result.exit_code = exit_code_of(outcome);
  result.error = std::move(error);
}

void end_by_steps(CommandResult& result, const std::string& hint) {
  const auto is_done = [](const StepReport& step) { return step.outcome.is_done(); };
  const auto failed = std::find_if_not(result.steps.begin(), result.steps.end(), is_done);
  if (failed == result.steps.end()) return;
  const bool refused = std::all_of(result.steps.begin(), result.steps.end(),
                                   [](const auto& step) { return step.outcome.is_refused(); });
  end_as(result, refused ? RunOutcome::refused : RunOutcome::aborted,
         {failed->name + ": " + failed->outcome.detail,
          failed->outcome.hint.empty() ? hint : failed->outcome.hint});
}

void take_outcome_of(CommandResult& result, const RunReport& report) {
  result.outcome = name_of(report.outcome);
  result.exit_code = exit_code_of(report.outcome);
  result.attempts = report.attempts;
  if (report.pause) result.pause_seconds = in_seconds(*report.pause);
  result.steps = report.steps;
  if (report.outcome != RunOutcome::done) {
    result.error = Error{report.cause.detail, report.cause.hint};
  }
}

std::string to_json_line(const CommandResult& result) {
  const json::value line = {
      {"run_id", result.run_id.empty() ? json::value() : json::value(result.run_id)},
      {"command", result.command},
      {"dry_run", result.dry_run},
      {"outcome", result.outcome},
      {"exit_code", result.exit_code},
      {"pause_seconds", result.pause_seconds ? json::value(*result.pause_seconds) : json::value()},
      {"attempts", result.attempts},
      {"checks", json_of_all(result.checks)},
      {"steps", json_of_all(result.steps)},
      {"error", result.error ? json::value(to_text(*result.error)) : json::value()},
      {"data", result.data},
  };
  return json::serialize(line);
}

Result<CommandResult> from_json_line(const std::string& line) {
  try {
    // Texts of servers come as they are.
    json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;
    return result_of(json::parse(line, {}, lenient).as_object());
  } catch (const std::exception& failure) {
    return Error{std::string("the report of the working process is unreadable: ") + failure.what()};
  }
}

}  // namespace cutover
