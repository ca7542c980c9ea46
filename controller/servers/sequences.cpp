#include "controller/servers/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/async/gather.h"
#include "controller/servers/green_durability.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

/// What green's state must pass: the value, and at the same value whether it was handed out.
bool is_past(const SequenceState& one, const SequenceState& other) {
  if (one.last_value != other.last_value)
    return (one.last_value > other.last_value) != one.descends;
  return one.is_called && !other.is_called;
}

/// Of a run that was taken over nothing is set: clients may be on green by now.
std::string set_sql(const std::vector<SequenceState>& states, const std::string& colour,
                    const Claim& claim) {
  std::string values;
  for (const auto& state : states)
    values += fmt::format("{}({}, {}::bigint, {})", values.empty() ? "" : ", ",
                          postgres::quote_literal(state.name), state.last_value, state.is_called);
  return fmt::format(
      "SELECT count(setval(wanted.name::regclass, wanted.value, wanted.called)) AS set "
      "FROM (VALUES {}) AS wanted(name, value, called) "
      "WHERE EXISTS (SELECT FROM cutover.run WHERE side = {} AND epoch <= {})",
      values, postgres::quote_literal(colour), claim.epoch);
}

std::string first_few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 5; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 5) text += fmt::format(" and {} more", names.size() - 5);
  return text;
}

Outcome refused_missing(const DatabaseServers& servers, const std::vector<std::string>& missing) {
  return refused(fmt::format("{}: sequences of {} that do not exist here: {}",
                             servers.green_place(), servers.sides.blue_colour, first_few(missing)),
                 "create them, with the same data type and direction");
}

Task<Outcome> set_on_green(DatabaseServers& servers, std::vector<SequenceState> states,
                           Claim claim) {
  const auto ended = co_await end_lost_write(servers);
  if (!ended.is_done()) co_return ended;
  const auto unopened = co_await servers.green.open();
  if (unopened) co_return refused(*unopened);
  servers.green_in_flight = servers.green.backend_pid();
  const auto set = co_await servers.green.query(set_sql(states, servers.sides.green_colour, claim));
  if (set || !set.error().lost) servers.green_in_flight = 0;
  if (!set) co_return outcome_of(set.error());
  if (set->text(0, "set") == std::to_string(states.size()))
    co_return done(fmt::format("{} set", states.size()));
  co_return refused(servers.green_place() + ": cutover.run has no row for it, or a newer run acts",
                    stale_epoch_hint);
}

}  // namespace

bool is_behind(const SequenceState& green, const SequenceState& blue) {
  if (blue.cycles) return green.last_value != blue.last_value || green.is_called != blue.is_called;
  return is_past(blue, green);
}

SequencePlan plan_sequences(const std::vector<SequenceState>& blue,
                            const std::vector<SequenceState>& green) {
  std::map<std::string, const SequenceState*> on_green;
  for (const auto& state : green) on_green[state.name] = &state;
  SequencePlan plan;
  for (const auto& state : blue) {
    const auto found = on_green.find(state.name);
    if (found == on_green.end()) {
      plan.missing.push_back(state.name);
    } else if (is_behind(*found->second, state)) {
      plan.to_set.push_back(state);
    }
  }
  return plan;
}

Task<Outcome> bring_sequences_close(DatabaseServers& servers, Claim claim) {
  std::vector<Task<Result<std::vector<SequenceState>>>> reads;
  reads.push_back(read_sequences(servers.sequencer, servers.blue_sequences));
  reads.push_back(read_sequences(servers.green, servers.green_sequences));
  const auto read = co_await gather(std::move(reads));
  for (const auto& side : read)
    if (!side) co_return refused(side.error());
  const auto plan = plan_sequences(*read[0], *read[1]);
  if (!plan.missing.empty()) co_return refused_missing(servers, plan.missing);
  if (plan.to_set.empty()) co_return done();
  const auto set = co_await set_on_green(servers, plan.to_set, std::move(claim));
  co_return set;
}

}  // namespace cutover
