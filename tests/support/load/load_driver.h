// Writers that never stop writing, spread over PgBouncers, and what they saw. verify_load() then
// compares what was acknowledged with what a server holds.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/load/load_client.h"

namespace cutover::support {

struct LoadOptions {
  std::vector<std::string> bouncers = {};  ///< conninfos; client n uses number n modulo their count
  LoadSchema schema = {};
  int clients = 16;
  int first_client = 0;  ///< their ids; two drivers on one database need different ones
  int multi_statement_every = 4;
  int ticket_every = 3;
  int reconnect_every = 200;
  int long_transaction_clients = 0;  ///< this many of the clients
  /// How long one stays open. They end in turn, so one that began late ends sooner, or up to half
  /// of this later.
  std::chrono::milliseconds long_transaction{2000};
  double writes_per_second = 0;              ///< of all clients together; 0: as fast as it goes
  std::chrono::milliseconds retry_after{0};  ///< a failed write is tried again; 0: at its turn
};

/// Milliseconds of single writes.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

class LoadDriver {
 public:
  /// The load runs when this returns. Throws when the clients' rows cannot be made.
  explicit LoadDriver(LoadOptions options);
  LoadDriver(LoadDriver&&) noexcept;
  LoadDriver& operator=(LoadDriver&&) noexcept;
  ~LoadDriver();

  const LoadOptions& options() const { return options_; }
  /// Waits for the writes under way; one that has not ended after `limit` is cut off and fails.
  void stop(std::chrono::milliseconds limit = std::chrono::milliseconds{10000});

  /// No client begins another write until it is told to go on; their connections stay.
  void rest();
  void go_on();

  LoadProgress progress() const;
  /// Waits until every client has had `writes` more writes acknowledged.
  bool everyone_wrote(int writes, std::chrono::milliseconds limit) const;
  /// Waits for a random part of the clients' period: what is measured next does not begin with
  /// their rhythm, as whatever waits for their writes does.
  void leave_their_rhythm() const;
  /// Milliseconds; of the writes under way between two moments.
  double longest_stall(LoadClock::time_point from, LoadClock::time_point to) const;
  /// As longest_stall, but a write that failed lasts until one of the same client is acknowledged.
  double longest_outage(LoadClock::time_point from, LoadClock::time_point to) const;
  std::vector<double> longest_stalls() const;  ///< of each client, in milliseconds
  Latency latency() const;
  std::vector<std::string> errors() const;  ///< of failed writes, the text of each

  const ClientRecord& record(std::size_t client) const { return clients_.at(client)->record(); }
  std::size_t clients() const { return clients_.size(); }
  /// True when no client is in a write that began before `moment`.
  bool writes_have_ended(LoadClock::time_point moment) const;

 private:
  LoadOptions options_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
};

double milliseconds(LoadClock::duration time);

}  // namespace cutover::support
