#include "controller/report/event_line.h"

#include <boost/json.hpp>

#include "controller/cutover/execute.h"

namespace cutover {
namespace {

namespace json = boost::json;
using std::chrono::microseconds;

json::value value_of(const Outcome& outcome) {
  return {
      {"kind", static_cast<int>(outcome.kind)}, {"detail", outcome.detail}, {"hint", outcome.hint}};
}

struct ToValue {
  json::value operator()(const RunBegan& event) const {
    return {{"event", "run began"}, {"plan", event.plan}};
  }
  json::value operator()(const AttemptBegan& event) const {
    return {{"event", "attempt began"}, {"attempt", event.attempt}};
  }
  json::value operator()(const StepBegan& event) const {
    return {{"event", "step began"}, {"step", event.step}, {"undo", event.is_undo}};
  }
  json::value operator()(const StepEnded& event) const {
    return {{"event", "step ended"},
            {"step", event.step},
            {"undo", event.is_undo},
            {"outcome", value_of(event.outcome)},
            {"us", event.took.count()}};
  }
  json::value operator()(const PauseBegan&) const { return {{"event", "pause began"}}; }
  json::value operator()(const PauseEnded& event) const {
    return {{"event", "pause ended"}, {"us", event.held.count()}};
  }
  json::value operator()(const AttemptFailed& event) const {
    return {{"event", "attempt failed"},
            {"attempt", event.attempt},
            {"outcome", value_of(event.outcome)},
            {"next_ms", event.next_in.count()}};
  }
  json::value operator()(const RunEnded& event) const {
    return {{"event", "run ended"}, {"outcome", static_cast<int>(event.outcome)}};
  }
};

std::string text_of_member(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

std::int64_t number_at(const json::object& object, const char* key) {
  return object.at(key).to_number<std::int64_t>();
}

Outcome outcome_at(const json::object& object) {
  const auto& value = object.at("outcome").as_object();
  Outcome outcome;
  outcome.kind = static_cast<OutcomeKind>(number_at(value, "kind"));
  outcome.detail = text_of_member(value, "detail");
  outcome.hint = text_of_member(value, "hint");
  return outcome;
}

/// Throws what is not as ToValue writes it.
Event event_from(const json::object& object) {
  const auto name = text_of_member(object, "event");
  const auto attempt = [&] { return static_cast<std::uint32_t>(number_at(object, "attempt")); };
  if (name == "run began") return RunBegan{text_of_member(object, "plan")};
  if (name == "attempt began") return AttemptBegan{attempt()};
  if (name == "step began")
    return StepBegan{text_of_member(object, "step"), object.at("undo").as_bool()};
  if (name == "step ended")
    return StepEnded{text_of_member(object, "step"), object.at("undo").as_bool(),
                     outcome_at(object), microseconds(number_at(object, "us"))};
  if (name == "pause began") return PauseBegan{};
  if (name == "pause ended") return PauseEnded{microseconds(number_at(object, "us"))};
  if (name == "attempt failed")
    return AttemptFailed{attempt(), outcome_at(object), milliseconds(number_at(object, "next_ms"))};
  if (name == "run ended") return RunEnded{static_cast<RunOutcome>(number_at(object, "outcome"))};
  throw std::invalid_argument("no event is named " + name);
}

/// Never inside a character.
void shorten(std::string& text) {
  constexpr std::size_t most = 600;
  if (text.size() <= most) return;
  std::size_t size = most;
  const auto continues = [&] { return (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U; };
  while (size > 0 && continues()) --size;
  text.resize(size);
}

void shorten(Outcome& outcome) {
  shorten(outcome.detail);
  shorten(outcome.hint);
}

}  // namespace

Event with_short_details(Event event) {
  if (auto* ended = std::get_if<StepEnded>(&event)) shorten(ended->outcome);
  if (auto* failed = std::get_if<AttemptFailed>(&event)) shorten(failed->outcome);
  return event;
}

std::string to_event_line(const Event& event) {
  return json::serialize(std::visit(ToValue{}, event));
}

Result<Event> event_of_line(const std::string& line) {
  try {
    // Texts of servers come as they are.
    json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;
    return event_from(json::parse(line, {}, lenient).as_object());
  } catch (const std::exception& failure) {
    return Error{std::string("this is no event of a run: ") + failure.what()};
  }
}

}  // namespace cutover
