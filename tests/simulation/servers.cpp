// What controllers do to the servers; what clients do is in traffic.cpp.
#include "tests/simulation/servers.h"

#include <algorithm>

namespace cutover::simulation {
namespace {

constexpr microseconds server_poll(500);
constexpr milliseconds lock_timeout(90);

}  // namespace

RunRecord Servers::seen_record() const {
  auto seen = record;
  seen.fenced = seen.fenced || flush_due;
  return seen;
}

Result<Claim> Servers::claim(const std::string& run_id) {
  if (record.decided || record.fenced || flush_due) return Error{"a decision was left behind"};
  record.claim = {run_id, record.claim.epoch + 1};
  return record.claim;
}

Result<Claim> Servers::take_over(const std::string& run_id) {
  record.claim = {run_id, record.claim.epoch + 1};
  deciding_session_ = 0;  // it would block the row
  let_ddl_go_on();
  was_taken_over_ = true;
  return record.claim;
}

bool Servers::someone_writes() const {
  return std::any_of(sessions.begin(), sessions.end(),
                     [](const Session* session) { return session->has_written; });
}

void Servers::hold(std::uint64_t session, milliseconds lease, Answer answer) {
  lock_is_awaited_ = true;
  try_to_lock(session, lease, world_.clock.now() + lock_timeout, std::move(answer));
}

void Servers::try_to_lock(std::uint64_t session, milliseconds lease, TimePoint deadline,
                          Answer answer) {
  const bool is_taken = deciding_session_ != 0 && deciding_session_ != session;
  if (ended_deciders_.contains(session) || is_taken || world_.clock.now() >= deadline) {
    lock_is_awaited_ = false;
    return answer(refused("lock timeout"));
  }
  if (someone_writes()) {
    return world_.clock.after(server_poll, [this, session, lease, deadline, answer] {
      try_to_lock(session, lease, deadline, answer);
    });
  }
  lock_is_awaited_ = false;
  deciding_session_ = session;
  has_triggers = true;  // what arm could not install goes in with the locks
  ddl_waits_ = world_.settings.has_ddl && !ddl_is_committed_;
  const auto serial = ++lock_serial_;
  world_.clock.after(lease, [this, serial] {
    if (serial != lock_serial_) return;
    deciding_session_ = 0;
    let_ddl_go_on();
  });
  answer(done());
}

void Servers::release(std::uint64_t session) {
  ended_deciders_.insert(session);
  if (deciding_session_ != session) return;
  deciding_session_ = 0;
  let_ddl_go_on();
}

/// The fence's triggers do not see DDL, and its session began before the fence.
void Servers::let_ddl_go_on() {
  if (!ddl_waits_) return;
  world_.clock.after(world_.random.between(0, 2'000), [this] {
    if (!ddl_waits_) return;
    ddl_waits_ = false;
    ddl_is_committed_ = true;
    world_.note("DDL on blue");
  });
}

bool Servers::schema_holds() const {
  const bool is_late = record.fenced && world_.has(Mutation::no_look_after_the_seal);
  return is_late || !ddl_is_committed_;
}

Outcome Servers::remove_triggers(const Claim& claim) {
  const bool may = (is_newest(claim) && !record.fenced) || world_.has(Mutation::triggers_of_anyone);
  if (!may) return refused("the fence is up, or the epoch belongs to another run");
  has_triggers = false;
  return done();
}

void Servers::controller_died(std::uint64_t session) {
  release(session);
}

Outcome Servers::decide(std::uint64_t session, const Claim& claim, std::uint64_t token) {
  const bool is_mine = record.claim == claim || world_.has(Mutation::no_epoch_on_blue);
  if (!is_mine) return refused("the epoch is not ours");
  const bool may_be_lost = world_.has(Mutation::decider_outlives_the_undo);
  if (deciding_session_ != session && !may_be_lost) return refused("the locks were lost");
  record.decided = record.fenced = flush_due = true;
  decision = token;
  ended_deciders_.insert(session);  // it locks once, whatever the network delivers again
  deciding_session_ = 0;
  let_ddl_go_on();
  return done();
}

void Servers::undo_decision(const Undo& undo, Answer answer) {
  const bool is_mine = record.claim == undo.claim || world_.has(Mutation::no_epoch_on_blue);
  if (!is_mine) return answer(refused("the epoch is not ours"));
  const bool is_ended = undo.number <= last_undo_ && !world_.has(Mutation::undo_outlives_the_next);
  if (is_ended) return answer(refused("its session was ended"));
  last_undo_ = std::max(last_undo_, undo.number);
  release(undo.session);
  if (record.decided && somebody_is_on_green()) {
    world_.breaks("I3: the decision was undone while a bouncer points at green");
  }
  record.decided = record.fenced = false;
  decision = 0;
  end_fenced_sessions(std::move(answer));
}

void Servers::end_fenced_sessions(Answer answer) {
  if (world_.has(Mutation::no_end_of_fenced_sessions)) {
    flush_due = false;
    return answer(done());
  }
  const bool somebody_logs_in =
      std::any_of(sessions.begin(), sessions.end(), [](const Session* session) {
        return session->state == Session::State::logging_in && session->born_under_fence;
      });
  if (somebody_logs_in) {
    return world_.clock.after(server_poll, [this, answer] { end_fenced_sessions(answer); });
  }
  for (auto* session : sessions) {
    if (session->born_under_fence) end(*session);
  }
  if (!record.fenced) flush_due = false;
  answer(done());
}

bool Servers::has_fenced_sessions() const {
  return std::any_of(sessions.begin(), sessions.end(), [](const Session* session) {
    return session->state != Session::State::none && session->born_under_fence;
  });
}

bool Servers::is_sealed() const {
  return record.fenced && std::none_of(sessions.begin(), sessions.end(), [](const Session* it) {
           return it->state != Session::State::none && !it->born_under_fence;
         });
}

void Servers::seal(Answer answer) {
  if (world_.has(Mutation::no_seal)) return answer(done());
  if (!record.fenced) return answer(refused("there is no fence"));
  const bool somebody_logs_in =
      std::any_of(sessions.begin(), sessions.end(), [](const Session* session) {
        return session->state == Session::State::logging_in && !session->born_under_fence;
      });
  if (somebody_logs_in && !world_.has(Mutation::no_wait_for_logins)) {
    return world_.clock.after(server_poll, [this, answer] { seal(answer); });
  }
  for (auto* session : sessions) {
    if (session->state == Session::State::open && !session->born_under_fence) end(*session);
  }
  ddl_waits_ = false;
  answer(done());
}

Mark Servers::set_mark() {
  const Lsn position{position_};
  append(Origin::us);
  const auto token = std::to_string(position_);
  markers_[token] = position_;
  return Mark{{{"app", "cutover", position, token}}};
}

SubscriptionSight Servers::look_at_gate(const Mark::Subscription& mark) {
  SubscriptionSight sight{mark.database, mark.subscription, {}, {}, true};
  const auto marker = markers_.find(mark.marker);
  const bool is_known = world_.is_calm || !world_.random.chance(world_.settings.unknown_permille);
  if (is_known) {
    sight.replayed = Lsn{applied_};
    sight.marker_visible = marker != markers_.end() && applied_ >= marker->second;
  } else if (world_.has(Mutation::gate_opens_on_unknown)) {
    sight.replayed = mark.position;
    sight.marker_visible = true;
  }
  return sight;
}

}  // namespace cutover::simulation
