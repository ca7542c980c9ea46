#include "tests/support/load/load_client.h"

#include <algorithm>

namespace cutover::support {
namespace {

bool is_turn(std::int64_t counter, int every) {
  return every > 0 && counter % every == 0;
}

/// A lost connection may hide a commit, and PgBouncer reports a lost server with a state of class
/// 08; any other answer says that nothing was applied.
WriteFate fate_of(const SqlResult& failed) {
  const std::string kind = failed.sqlstate.substr(0, 2);
  const bool answered = !kind.empty() && kind != "08" && kind != "57";
  return failed.lost && !answered ? WriteFate::unknown : WriteFate::failed;
}

}  // namespace

LoadClient::LoadClient(int client, LoadClientOptions options)
    : options_(std::move(options)), record_(client), thread_([this] { run(); }) {}

LoadClient::~LoadClient() {
  ask_to_stop();
  interrupt();
  join();
}

void LoadClient::join() {
  if (thread_.joinable()) thread_.join();
}

void LoadClient::interrupt() {
  const std::lock_guard lock(session_mutex_);
  if (session_) session_->interrupt();
}

void LoadClient::run() {
  while (!stopping_) {
    wait_until(next_begin());
    if (resting_) {
      resting_.wait(true);
      continue;
    }
    if (!stopping_) write_once();
  }
  const std::lock_guard lock(session_mutex_);
  session_.reset();
  stopped_ = true;
}

LoadClock::time_point LoadClient::next_begin() const {
  const auto now = LoadClock::now();
  if (last_failed_ && options_.retry_after.count() > 0) return now + options_.retry_after;
  return options_.interval.count() == 0 ? now : next_turn(now, options_.interval);
}

/// Turns are moments of the clock, the same for all clients: what stops them together, a pause or
/// a rest, does not leave them in step.
LoadClock::time_point LoadClient::next_turn(LoadClock::time_point after,
                                            LoadClock::duration period) const {
  const LoadClock::duration place{
      static_cast<LoadClock::rep>(options_.turn * static_cast<double>(period.count()))};
  return after + period - (after.time_since_epoch() - place) % period;
}

void LoadClient::wait_until(LoadClock::time_point moment) const {
  using namespace std::chrono_literals;
  while (!stopping_ && LoadClock::now() < moment)
    std::this_thread::sleep_until(std::min(moment, LoadClock::now() + 50ms));
}

LoadClient::Statement LoadClient::statement_for(std::int64_t counter) const {
  const int client = record_.client();
  // Writers begin at different tables and walk through all of them.
  const auto place = static_cast<std::size_t>(counter + client * 37) % options_.tables.size();
  const LoadTable& table = options_.tables[place];
  const bool multi = is_turn(counter, options_.multi_statement_every);
  const bool ticket = is_turn(counter, options_.ticket_every) && !table.ticket_sequence.empty();
  const std::string number =
      ticket ? "nextval(" + sql_literal(table.ticket_sequence) + ")" : "NULL";
  return {"INSERT INTO " + table.name + " (client, counter, multi, ticket, note) VALUES (" +
              std::to_string(client) + ", " + std::to_string(counter) + ", " +
              (multi ? "true" : "false") + ", " + number + ", 'load')",
          multi};
}

/// Connecting is part of the write that needs it: a client that cannot connect is stalled.
void LoadClient::connect_if_needed(std::int64_t counter) {
  const bool usable = session_ && session_->is_open();
  if (usable && !is_turn(counter, options_.reconnect_every)) return;
  auto fresh = std::make_unique<SqlSession>(options_.conninfo + " connect_timeout=30");
  record_.note_connection();
  const std::lock_guard lock(session_mutex_);
  session_ = std::move(fresh);
}

void LoadClient::write_once() {
  using namespace std::chrono_literals;
  const std::int64_t counter = record_.begin_write();
  connect_if_needed(counter);
  if (!session_->is_open()) {
    settle(WriteFate::failed, "connect: " + session_->error());
    wait_until(LoadClock::now() + 20ms);  // a server that is down is not asked in a busy loop
    return;
  }
  const Statement statement = statement_for(counter);
  statement.multi ? write_in_transaction(statement) : write_alone(statement);
}

void LoadClient::write_alone(const Statement& statement) {
  const SqlResult result = session_->run(statement.insert);
  if (result.ok) return settle(WriteFate::acknowledged, "");
  settle(fate_of(result), result.error);
}

void LoadClient::write_in_transaction(const Statement& statement) {
  const std::string update = "UPDATE load.client SET increments = increments + 1 WHERE client = " +
                             std::to_string(record_.client());
  for (const std::string& sql : {std::string("BEGIN"), statement.insert, update}) {
    const SqlResult result = session_->run(sql);
    if (!result.ok) {
      session_->run("ROLLBACK");
      return settle(WriteFate::failed, result.error);
    }
  }
  if (options_.long_transactions) {
    record_.begin_pause();
    const LoadClock::duration length = options_.long_transaction;
    wait_until(next_turn(LoadClock::now() + length / 2, length));
    record_.end_pause();
  }
  const SqlResult commit = session_->run("COMMIT");
  if (commit.ok && commit.tag == "COMMIT") return settle(WriteFate::acknowledged, "");
  const std::string error = commit.ok ? "COMMIT was answered by " + commit.tag : commit.error;
  settle(fate_of(commit), error);
}

void LoadClient::settle(WriteFate fate, const std::string& error) {
  last_failed_ = fate != WriteFate::acknowledged;
  record_.end_write(fate, error);
}

}  // namespace cutover::support
