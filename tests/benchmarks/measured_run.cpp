#include "tests/benchmarks/measured_run.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

namespace cutover::bench {
namespace {

namespace json = boost::json;

/// From the first PAUSE to the last RESUME.
constexpr std::array held_steps{"pause", "hold",        "mark",      "first gate", "decide",
                                "seal",  "second gate", "last look", "old fence",  "switch"};

bool holds_clients(const std::string& step) {
  return std::find(held_steps.begin(), held_steps.end(), step) != held_steps.end();
}

void take_steps(const json::array& steps, Measurement& measurement) {
  for (const auto& each : steps) {
    const auto& step = each.as_object();
    const std::string name(step.at("name").as_string());
    if (name == held_steps.front()) measurement.steps.clear();  // of the last attempt
    if (!holds_clients(name)) continue;
    measurement.steps.emplace_back(name, step.at("seconds").to_number<double>() * 1000);
  }
}

bool is_expected(std::optional<int> exit_code) {
  return exit_code == 0 || exit_code == refused || exit_code == given_up;
}

}  // namespace

std::string reason(const support::Finished& finished) {
  if (finished.exit_code == 0) return "";
  const auto report = json::parse(finished.output).as_object();
  std::string text;
  for (const auto& each : report.at("checks").as_array()) {
    const auto& check = each.as_object();
    if (check.at("outcome").as_string() != "fail") continue;
    text += json::value_to<std::string>(check.at("name")) + ": " +
            json::value_to<std::string>(check.at("detail")) + "; ";
  }
  return text.empty() ? json::value_to<std::string>(report.at("error")) : text;
}

void take_times(const support::Finished& finished, Measurement& measurement) {
  if (!is_expected(finished.exit_code))
    throw std::runtime_error("cutover failed: " + finished.output + finished.errors);
  const auto report = json::parse(finished.output).as_object();
  const auto& pause = report.at("pause_seconds");
  measurement.held = pause.is_null() ? 0 : pause.to_number<double>() * 1000;
  measurement.attempts = report.at("attempts").to_number<double>();
  take_steps(report.at("steps").as_array(), measurement);
}

}  // namespace cutover::bench
