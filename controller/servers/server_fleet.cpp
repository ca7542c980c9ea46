#include "controller/servers/server_fleet.h"

#include <algorithm>
#include <utility>

#include "common/async/gather.h"
#include "common/base/outcomes.h"
#include "controller/servers/claim.h"
#include "controller/servers/fence_triggers.h"
#include "controller/servers/fresh_sessions.h"
#include "controller/servers/green_durability.h"
#include "controller/servers/mark_and_gate.h"
#include "controller/servers/published_tables.h"
#include "controller/servers/schema_hash.h"
#include "controller/servers/seal.h"
#include "controller/servers/sequences.h"
#include "controller/servers/writer_locks.h"

namespace cutover {
namespace {

Task<Outcome> remember_schema_of(DatabaseServers& servers) {
  const auto error = co_await remember_schema(servers);
  co_return error ? refused(*error) : done();
}

Task<Outcome> look_closer(DatabaseServers& servers) {
  const auto identity = co_await remember_servers(servers);
  if (identity) co_return refused(*identity);
  const auto deadlock = co_await learn_deadlock_timeout(servers);
  co_return deadlock ? refused(*deadlock) : done();
}

TrafficSight busier_of(const TrafficSight& one, const TrafficSight& other) {
  TrafficSight worst = one;
  const auto both = [](const auto& a, const auto& b) { return a && b; };
  worst.lag_bytes.reset();
  if (both(one.lag_bytes, other.lag_bytes))
    worst.lag_bytes = std::max(*one.lag_bytes, *other.lag_bytes);
  worst.apply_latency.reset();
  if (both(one.apply_latency, other.apply_latency))
    worst.apply_latency = std::max(*one.apply_latency, *other.apply_latency);
  worst.vacuums.reset();
  if (both(one.vacuums, other.vacuums)) worst.vacuums = *one.vacuums + *other.vacuums;
  worst.prepared_transactions.reset();
  if (both(one.prepared_transactions, other.prepared_transactions))
    worst.prepared_transactions = *one.prepared_transactions + *other.prepared_transactions;
  worst.oldest_transaction.reset();
  if (both(one.oldest_transaction, other.oldest_transaction)) {
    const auto& older = *one.oldest_transaction < *other.oldest_transaction ? other : one;
    worst.oldest_transaction = older.oldest_transaction;
    worst.oldest_transaction_by = older.oldest_transaction_by;
  }
  return worst;
}

/// The decision is in one database's row, which need not be the first one's any more: the
/// configuration may have been reordered since.
RunRecord record_of_all(const std::vector<Result<RunRecord>>& records) {
  RunRecord whole = *records.front();
  for (const auto& record : records) {
    if (record->claim.epoch > whole.claim.epoch) whole.claim = record->claim;
    whole.decided = whole.decided || record->decided;
    whole.fenced = whole.fenced || record->fenced;
  }
  return whole;
}

}  // namespace

ServerFleet::ServerFleet(std::vector<Sides> databases, FleetOptions options)
    : options_(std::move(options)) {
  for (auto& sides : databases)
    databases_.push_back(std::make_unique<DatabaseServers>(std::move(sides), options_));
}

ServerFleet::~ServerFleet() = default;

void ServerFleet::spare(const std::string& database, int backend_pid) {
  for (const auto& each : databases_)
    if (each->sides.name == database) each->also_ours.push_back(backend_pid);
}

void ServerFleet::spare_on_green(const std::string& database, int backend_pid) {
  for (const auto& each : databases_)
    if (each->sides.name == database) each->also_ours_on_green.push_back(backend_pid);
}

std::vector<DatabaseServers*> ServerFleet::databases() const {
  std::vector<DatabaseServers*> all;
  for (const auto& each : databases_) all.push_back(each.get());
  return all;
}

Task<std::vector<Error>> ServerFleet::connect() {
  std::vector<Task<std::optional<Error>>> logins;
  for (const auto& each : databases_) {
    for (auto* session : each->on_blue()) logins.push_back(session->open());
    for (auto* session : each->on_green()) logins.push_back(session->open());
  }
  const auto ended = co_await gather(std::move(logins));
  std::vector<Error> errors;
  for (const auto& error : ended)  // the same server refuses every session alike
    if (error && std::find(errors.begin(), errors.end(), *error) == errors.end())
      errors.push_back(*error);
  if (!errors.empty()) co_return errors;
  const auto looked = co_await everywhere(look_closer);
  if (!looked.is_done()) errors.push_back({looked.detail, looked.hint});
  co_return errors;
}

Task<Outcome> ServerFleet::remember_schema() {
  const auto outcome = co_await everywhere(remember_schema_of);
  co_return outcome;
}

Task<Result<RunRecord>> ServerFleet::run_record() const {
  std::vector<Task<Result<RunRecord>>> reads;
  for (const auto& each : databases_) reads.push_back(read_run_record(*each));
  const auto records = co_await gather(std::move(reads));
  for (const auto& record : records)
    if (!record) co_return record.error();
  co_return record_of_all(records);
}

Task<Result<TrafficSight>> ServerFleet::look_at_traffic() const {
  std::vector<Task<Result<TrafficSight>>> looks;
  for (const auto& each : databases_) looks.push_back(look_at_blue_traffic(*each));
  const auto sights = co_await gather(std::move(looks));
  for (const auto& sight : sights)
    if (!sight) co_return sight.error();
  TrafficSight busiest = *sights.front();
  for (std::size_t i = 1; i < sights.size(); ++i) busiest = busier_of(busiest, *sights[i]);
  co_return busiest;
}

Task<Result<std::vector<SubscriptionSight>>> ServerFleet::look_at_gate(const Mark& mark) const {
  std::vector<Task<Result<SubscriptionSights>>> looks;
  for (const auto& each : databases_) {
    SubscriptionMarks of_this;
    for (const auto& one : mark.subscriptions)
      if (one.database == each->sides.name) of_this.push_back(one);
    looks.push_back(look_at_subscriptions(*each, std::move(of_this)));
  }
  const auto looked = co_await gather(std::move(looks));
  SubscriptionSights all;
  for (const auto& sights : looked) {
    if (!sights) co_return sights.error();
    all.insert(all.end(), sights->begin(), sights->end());
  }
  co_return all;
}

Task<Outcome> ServerFleet::schema_holds() const {
  const auto outcome = co_await everywhere(schema_is_as_remembered);
  co_return outcome;
}

Task<Outcome> ServerFleet::servers_are_the_same() const {
  const auto outcome = co_await everywhere(servers_are_as_remembered);
  co_return outcome;
}

Task<Outcome> ServerFleet::writers_are_held() const {
  const auto outcome = co_await everywhere(writer_locks_hold);
  co_return outcome;
}

Task<Outcome> ServerFleet::triggers_hold() const {
  const auto outcome = co_await everywhere(fence_triggers_hold);
  co_return outcome;
}

Task<Outcome> ServerFleet::seal_holds() const {
  const auto outcome = co_await everywhere(database_is_sealed);
  co_return outcome;
}

Task<Outcome> ServerFleet::install_triggers() {
  const auto room = co_await all_fit_the_lock_table(databases());
  if (!room.is_done()) co_return room;
  const auto outcome = co_await everywhere(install_fence_triggers);
  co_return outcome;
}

Task<Outcome> ServerFleet::remove_triggers() {
  const auto outcome = co_await everywhere(remove_fence_triggers);
  co_return outcome;
}

Task<Outcome> ServerFleet::sync_sequences() {
  const auto outcome = co_await everywhere(bring_sequences_close);
  co_return outcome;
}

/// With the session that held it the claim's lock was lost too.
Task<Outcome> ServerFleet::freshen_sessions() {
  const int keeper = databases_.front()->keeper.backend_pid();
  const auto outcome = co_await everywhere(cutover::freshen_sessions);
  if (!outcome.is_done() || databases_.front()->keeper.backend_pid() == keeper) co_return outcome;
  const auto locked = co_await lock_claim(*databases_.front());
  co_return locked;
}

Task<Outcome> ServerFleet::hold_writers(milliseconds lease) {
  std::vector<Task<Outcome>> holds;
  for (const auto& each : databases_) holds.push_back(take_writer_locks(*each, lease));
  const auto outcomes = co_await gather(std::move(holds));
  co_return worst_of(outcomes);
}

Task<Outcome> ServerFleet::release_writers() {
  const auto outcome = co_await everywhere(release_writer_locks);
  co_return outcome;
}

Task<Result<Mark>> ServerFleet::set_mark() {
  std::vector<Task<Result<SubscriptionMarks>>> marks;
  for (const auto& each : databases_)
    marks.push_back(set_marks(*each, fresh_token(options_.run_id)));
  const auto set = co_await gather(std::move(marks));
  Mark mark;
  for (const auto& one : set) {
    if (!one) co_return one.error();
    mark.subscriptions.insert(mark.subscriptions.end(), one->begin(), one->end());
  }
  co_return mark;
}

Task<Outcome> ServerFleet::seal() {
  const auto outcome = co_await everywhere(seal_database);
  co_return outcome;
}

Task<Result<Lsn>> ServerFleet::make_green_durable() {
  std::vector<Task<Result<Lsn>>> writes;
  for (const auto& each : databases_) writes.push_back(write_durably_on_green(*each, claim_));
  const auto written = co_await gather(std::move(writes));
  Lsn last;
  for (const auto& position : written) {
    if (!position) co_return position.error();
    last = std::max(last, *position);
  }
  co_return last;
}

Task<Outcome> ServerFleet::everywhere(Act act) const {
  std::vector<Task<Outcome>> acts;
  for (const auto& each : databases_) acts.push_back(act(*each));
  const auto outcomes = co_await gather(std::move(acts));
  co_return worst_of(outcomes);
}

Task<Outcome> ServerFleet::everywhere(ActAsClaimed act) const {
  std::vector<Task<Outcome>> acts;
  for (const auto& each : databases_) acts.push_back(act(*each, claim_));
  const auto outcomes = co_await gather(std::move(acts));
  co_return worst_of(outcomes);
}

}  // namespace cutover
