// One writer: a thread with a blocking session through a PgBouncer, writing one row after another.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/load/client_record.h"
#include "tests/support/load/load_schema.h"
#include "tests/support/sql_session.h"

namespace cutover::support {

/// What one writer does. Counts of writes: every n-th; 0 is never.
struct LoadClientOptions {
  std::string conninfo;
  std::vector<LoadTable> tables;
  int multi_statement_every = 4;  ///< BEGIN; INSERT; UPDATE of the client's own row; COMMIT
  int ticket_every = 3;           ///< the row takes a number from a sequence
  int reconnect_every = 200;
  bool long_transactions = false;  ///< every multi-statement one stays open
  std::chrono::milliseconds long_transaction{2000};
  std::chrono::microseconds interval{0};     ///< between the beginnings of writes; 0: no pause
  double turn = 0;                           ///< when in each period it is this client's, 0 … 1
  std::chrono::milliseconds retry_after{0};  ///< after a failed write, instead; 0: as if it had not
};

class LoadClient {
 public:
  LoadClient(int client, LoadClientOptions options);
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  ~LoadClient();

  const ClientRecord& record() const { return record_; }
  /// Asks it to end after the write under way; join() waits for that.
  void ask_to_stop() {
    stopping_ = true;
    rest(false);
  }
  bool has_stopped() const { return stopped_; }
  /// It writes nothing, its connection stays, until it is told to go on.
  void rest(bool resting) {
    resting_ = resting;
    resting_.notify_all();
  }
  /// Shuts the connection under a write that does not end: it then counts as failed.
  void interrupt();
  void join();

 private:
  struct Statement {
    std::string insert;
    bool multi = false;
  };

  void run();
  void write_once();
  LoadClock::time_point next_begin() const;
  LoadClock::time_point next_turn(LoadClock::time_point after, LoadClock::duration period) const;
  Statement statement_for(std::int64_t counter) const;
  void write_alone(const Statement& statement);
  void write_in_transaction(const Statement& statement);
  void connect_if_needed(std::int64_t counter);
  void wait_until(LoadClock::time_point moment) const;
  void settle(WriteFate fate, const std::string& error);

  LoadClientOptions options_;
  ClientRecord record_;
  std::mutex session_mutex_;  ///< only against interrupt()
  std::unique_ptr<SqlSession> session_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> resting_ = false;
  bool last_failed_ = false;  ///< of its own thread
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace cutover::support
