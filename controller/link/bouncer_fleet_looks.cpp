// The questions of a BouncerFleet, and what it makes of the answers. Nothing here changes anything.
#include <fmt/format.h>

#include "common/async/gather.h"
#include "controller/link/agent_sight.h"
#include "controller/link/bouncer_fleet.h"

namespace cutover {
namespace {

Outcome probe_outcome(const Result<proto::ProbeResult>& result, const std::string& expected) {
  if (!result) return refused(result.error());
  for (const auto& answer : result->answers()) {
    const std::string where = fmt::format("{} entry {}", answer.pgbouncer(), answer.entry());
    if (!answer.error().empty())
      return refused(fmt::format("{}: {}", where, answer.error()),
                     "see that this host reaches the server, and its pg_hba.conf lets the "
                     "bouncer's users in");
    if (answer.answer() != expected)
      return refused(fmt::format("{} is answered by another server: \"{}\", not \"{}\"", where,
                                 answer.answer(), expected));
  }
  if (result->answers().empty()) return refused("the probe gave no answer");
  return done();
}

/// The part of a reply that answers a question; an error when it was refused or is missing.
Result<proto::Reply> answered(const CallResult<proto::Reply>& result) {
  const Outcome outcome = outcome_of(result);
  if (!outcome.is_done()) return Error{outcome.detail, outcome.hint};
  return *result;
}

template <class T, class Reply, class Take>
FleetAnswer<T> answers_of(const std::vector<Reply>& replies, Take take) {
  FleetAnswer<T> answers;
  for (const auto& reply : replies) {
    const auto answer = answered(reply.result);
    if (answer)
      answers.push_back({reply.bouncer, take(*answer)});
    else
      answers.push_back({reply.bouncer, answer.error()});
  }
  return answers;
}

}  // namespace

Task<FleetAnswer<std::chrono::microseconds>> BouncerFleet::ping() const {
  std::vector<Task<CallResult<std::chrono::microseconds>>> tasks;
  for (const auto& link : links_) tasks.push_back(link->ping(options_.limits.reply));
  const auto results = co_await gather(std::move(tasks));
  FleetAnswer<std::chrono::microseconds> answers;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (results[i])
      answers.push_back({links_[i]->name(), *results[i]});
    else
      answers.push_back({links_[i]->name(), results[i].error().error});
  }
  co_return answers;
}

Task<FleetAnswer<proto::Inspection>> BouncerFleet::inspect() const {
  Ask ask = [](const std::string&) {
    proto::Request request;
    request.mutable_inspect();
    return request;
  };
  const auto replies = co_await ask_all(std::move(ask), options_.limits.inspect);
  co_return answers_of<proto::Inspection>(
      replies, [](const proto::Reply& reply) { return reply.inspection(); });
}

Task<FleetAnswer<proto::Preview>> BouncerFleet::preview() const {
  Ask ask = [this](const std::string& bouncer) {
    proto::Request request;
    auto* moves = request.mutable_preview()->mutable_moves();
    for (const auto& move : moves_of(bouncer)) *moves->Add() = move;
    return request;
  };
  const auto replies = co_await ask_all(std::move(ask), options_.limits.inspect);
  co_return answers_of<proto::Preview>(replies,
                                       [](const proto::Reply& reply) { return reply.preview(); });
}

Task<FleetAnswer<proto::ProbeResult>> BouncerFleet::probe(Probe probe) const {
  const milliseconds limit = probe.timeout + options_.limits.probe_margin;
  Ask ask = [this, probe](const std::string& bouncer) {
    proto::Request request;
    auto* command = request.mutable_probe();
    for (const auto& move : moves_of(bouncer)) *command->add_moves() = move;
    command->set_to_green(probe.to_green);
    command->set_sql(probe.sql);
    command->set_timeout_ms(static_cast<std::uint32_t>(probe.timeout.count()));
    return request;
  };
  const auto replies = co_await ask_all(std::move(ask), limit);
  co_return answers_of<proto::ProbeResult>(replies,
                                           [](const proto::Reply& reply) { return reply.probe(); });
}

Task<FleetOutcome> BouncerFleet::expect_answer(Probe question, std::string expected) const {
  const auto answers = co_await probe(std::move(question));
  FleetOutcome outcomes;
  for (const auto& each : answers)
    outcomes.push_back({each.bouncer, probe_outcome(each.answer, expected)});
  co_return outcomes;
}

BouncerSight BouncerFleet::sight_by_moves(const std::string& bouncer,
                                          proto::AgentState state) const {
  EntryColours colours{moves_of(bouncer), {}, options_.direction};
  if (!colours.moves.empty()) return sight_of(bouncer, state, colours);
  for (const auto& database : config_.databases)
    colours.routes.insert(colours.routes.end(), database.routes.begin(), database.routes.end());
  keep_moving_entries(config_, bouncer, state);
  return sight_of(bouncer, state, colours);
}

Task<std::vector<BouncerSight>> BouncerFleet::look_at_bouncers() const {
  Ask ask = [](const std::string&) {
    proto::Request request;
    request.mutable_ping();
    return request;
  };
  const auto replies = co_await ask_all(std::move(ask), options_.limits.reply);
  std::vector<BouncerSight> sights;
  for (const auto& reply : replies) {
    const auto answer = answered(reply.result);
    if (answer) {
      sights.push_back(sight_by_moves(reply.bouncer, answer->state()));
    } else {
      sights.emplace_back();
      sights.back().bouncer = reply.bouncer;
      sights.back().unreachable = answer.error();
    }
  }
  co_return sights;
}

}  // namespace cutover
