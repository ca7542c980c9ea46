// How far green has applied blue's WAL, for `verify`: it waits for a position and holds back while
// green lags.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>

#include "common/async/signal.h"
#include "common/base/lsn.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct FollowOptions {
  std::vector<std::string> slots;
  std::uint64_t most_lag_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds patience{120'000};  ///< without any progress of green
  std::chrono::milliseconds tell_interval{2'000};
  std::function<void(const std::string&)> waiting = {};  ///< told what is waited for
};

class FollowWatch {
 public:
  FollowWatch(boost::asio::any_io_executor executor, SessionOptions on_blue, FollowOptions options);

  /// Until every subscription has applied everything before `position`.
  Task<std::optional<Error>> until_applied(Lsn position);
  /// Until green is close behind blue; looks at most a few times a second.
  Task<std::optional<Error>> until_close();
  /// How long until_close() has held work back.
  std::chrono::milliseconds held_back() const { return held_back_; }

 private:
  struct Sight {
    Lsn applied;  ///< of the slowest
    std::uint64_t lag_bytes = 0;
    std::string not_followed;  ///< the first slot that nobody serves; empty: all are
    std::string no_slot;       ///< the first that does not exist
  };
  Task<Result<Sight>> look();
  /// An error where a slot does not exist, for which no waiting helps.
  Task<Result<Sight>> look_in_hope();
  void tell_waiting(const Sight& sight, std::chrono::steady_clock::time_point since);
  Error stuck(const Sight& sight, const std::string& waited_for) const;

  ServerSession blue_;
  FollowOptions options_;
  Lock lock_;
  std::chrono::steady_clock::time_point close_until_{};
  std::chrono::milliseconds held_back_{0};
  std::chrono::steady_clock::time_point told_at_{};
};

}  // namespace cutover
