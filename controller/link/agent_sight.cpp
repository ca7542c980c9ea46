#include "controller/link/agent_sight.h"

#include <algorithm>

#include "controller/link/entry_moves.h"

namespace cutover {
namespace {

bool stands_at(const proto::EntryRoute& entry, const RouteEnd& end) {
  return same_end(entry.host(), entry.port(), end.host, end.port);
}

enum class Colour { blue, green };

bool has_colour(const EntryColours& colours, const proto::EntryRoute& entry, Colour colour) {
  if (colours.moves.empty()) {
    // Back exchanges the colours: "blue" is the side that serves before.
    const bool first = (colour == Colour::blue) == (colours.direction == Direction::forward);
    return std::ranges::any_of(colours.routes, [&](const RouteConfig& route) {
      return stands_at(entry, first ? route.blue : route.green);
    });
  }
  return std::ranges::any_of(colours.moves, [&](const proto::EntryMove& move) {
    if (move.entry() != entry.entry()) return false;
    return colour == Colour::blue ? stands_at(entry, {move.from_host(), move.from_port()})
                                  : stands_at(entry, {move.to_host(), move.to_port()});
  });
}

template <class IsOfColour>
bool all_are(const proto::AgentState& state, IsOfColour is_of_colour) {
  int seen = 0;
  for (const auto& process : state.processes()) {
    if (!process.reachable() || !std::ranges::all_of(process.entries(), is_of_colour)) return false;
    seen += process.entries_size();
  }
  return seen > 0;
}

bool is_armed(proto::AgentPhase phase) {
  return phase == proto::ARMED || phase == proto::PAUSED || phase == proto::SWITCHING;
}

}  // namespace

bool EntryColours::is_blue(const proto::EntryRoute& entry) const {
  return has_colour(*this, entry, Colour::blue);
}

bool EntryColours::is_green(const proto::EntryRoute& entry) const {
  return has_colour(*this, entry, Colour::green);
}

BouncerSight sight_of(const std::string& bouncer, const proto::AgentState& state,
                      const EntryColours& colours) {
  BouncerSight sight;
  sight.bouncer = bouncer;
  sight.claim = {state.run_id(), state.epoch()};
  sight.armed = is_armed(state.phase());
  sight.intent = state.intent();
  sight.switched = state.switched();
  sight.lease_left = milliseconds(state.lease_left_ms());
  sight.lease_expiries = state.lease_expiries();
  const auto& processes = state.processes();
  sight.paused = state.phase() == proto::PAUSED ||
                 std::ranges::any_of(processes, [](const auto& each) { return each.paused(); });
  sight.drained = !processes.empty() && std::ranges::all_of(processes, [](const auto& each) {
    return each.reachable() && each.drained();
  });
  for (const auto& process : processes) sight.clients_waiting += process.clients_waiting();
  sight.all_blue = all_are(state, [&](const auto& entry) { return colours.is_blue(entry); });
  // Until its promise is kept an agent may still have server connections of the old route.
  const bool promise_is_open = state.intent() && !state.switched();
  sight.all_green = !promise_is_open &&
                    all_are(state, [&](const auto& entry) { return colours.is_green(entry); });
  return sight;
}

}  // namespace cutover
