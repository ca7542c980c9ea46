// What one writer did, as it saw it: the fate and the time of every write. Written by its thread,
// read by others while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cutover::support {

using LoadClock = std::chrono::steady_clock;

enum class WriteFate : std::uint8_t {
  acknowledged,  ///< the commit was answered
  failed,        ///< refused, or the connection went before the commit was sent: not applied
  unknown        ///< the reply of the commit was lost
};

struct WriteTime {
  LoadClock::time_point begin;
  LoadClock::duration taken;  ///< until the answer, the writer's own pauses not counted
};

/// Counts and stalls so far.
struct LoadProgress {
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;  ///< unknown ones included: a client saw an error
  std::uint64_t unknown = 0;
  std::uint64_t connections = 0;  ///< made, the first of each client included
};

class ClientRecord {
 public:
  explicit ClientRecord(int client) : client_(client) {}

  int client() const { return client_; }
  /// Counters begin at 1 and go up by one.
  std::int64_t begin_write();
  void end_write(WriteFate fate, const std::string& error);
  /// A pause of the writer's own inside a write; no stall, not while it lasts either.
  void begin_pause();
  void end_pause();

  void note_connection();

  LoadProgress progress() const;
  /// fates()[n] is that of counter n + 1; a write that has not ended is not in it.
  std::vector<WriteFate> fates() const;
  std::vector<WriteTime> times() const;
  /// Of the writes that were under way between the two moments, one that still is included.
  LoadClock::duration longest_stall(LoadClock::time_point from, LoadClock::time_point to) const;
  /// The same, where a write that failed goes on until a later one is acknowledged.
  LoadClock::duration longest_outage(LoadClock::time_point from, LoadClock::time_point to) const;
  bool is_idle_or_began_after(LoadClock::time_point moment) const;
  std::vector<std::string> errors() const;

 private:
  LoadClock::duration time_under_way() const;

  const int client_;
  mutable std::mutex mutex_;
  std::optional<LoadClock::time_point> under_way_;
  std::optional<LoadClock::time_point> in_pause_since_;
  LoadClock::duration paused_{0};  ///< in the write under way, by pauses that are over
  std::vector<WriteFate> fates_;
  std::vector<WriteTime> times_;
  std::vector<std::string> errors_;
  LoadProgress progress_;
};

}  // namespace cutover::support
