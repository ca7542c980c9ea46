#include "tests/support/load/client_record.h"

#include <algorithm>

namespace cutover::support {

std::int64_t ClientRecord::begin_write() {
  const std::lock_guard lock(mutex_);
  under_way_ = LoadClock::now();
  return static_cast<std::int64_t>(fates_.size()) + 1;
}

void ClientRecord::end_write(WriteFate fate, const std::string& error) {
  const std::lock_guard lock(mutex_);
  times_.push_back({*under_way_, time_under_way()});
  under_way_.reset();
  paused_ = {};
  fates_.push_back(fate);
  progress_.acknowledged += fate == WriteFate::acknowledged ? 1 : 0;
  progress_.failed += fate == WriteFate::acknowledged ? 0 : 1;
  progress_.unknown += fate == WriteFate::unknown ? 1 : 0;
  if (!error.empty()) errors_.push_back("client " + std::to_string(client_) + ": " + error);
}

void ClientRecord::begin_pause() {
  const std::lock_guard lock(mutex_);
  in_pause_since_ = LoadClock::now();
}

void ClientRecord::end_pause() {
  const std::lock_guard lock(mutex_);
  paused_ += LoadClock::now() - *in_pause_since_;
  in_pause_since_.reset();
}

LoadClock::duration ClientRecord::time_under_way() const {
  return in_pause_since_.value_or(LoadClock::now()) - *under_way_ - paused_;
}

void ClientRecord::note_connection() {
  const std::lock_guard lock(mutex_);
  ++progress_.connections;
}

LoadProgress ClientRecord::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::vector<WriteFate> ClientRecord::fates() const {
  const std::lock_guard lock(mutex_);
  return fates_;
}

std::vector<WriteTime> ClientRecord::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

LoadClock::duration ClientRecord::longest_stall(LoadClock::time_point from,
                                                LoadClock::time_point to) const {
  const std::lock_guard lock(mutex_);
  LoadClock::duration longest{0};
  if (under_way_ && *under_way_ <= to) longest = time_under_way();
  // In order of time, so the end of the list is enough.
  for (auto write = times_.rbegin(); write != times_.rend(); ++write) {
    if (write->begin + write->taken < from) break;
    if (write->begin <= to) longest = std::max(longest, write->taken);
  }
  return longest;
}

LoadClock::duration ClientRecord::longest_outage(LoadClock::time_point from,
                                                 LoadClock::time_point to) const {
  LoadClock::duration longest = longest_stall(from, to);
  const std::lock_guard lock(mutex_);
  constexpr auto never = LoadClock::time_point::max();
  auto failing_since = never;
  for (std::size_t place = 0; place < times_.size(); ++place) {
    const WriteTime& write = times_[place];
    if (fates_[place] != WriteFate::acknowledged) {
      failing_since = std::min(failing_since, write.begin);
      continue;
    }
    const auto end = write.begin + write.taken;
    if (failing_since <= to && end >= from) longest = std::max(longest, end - failing_since);
    failing_since = never;
  }
  if (failing_since <= to) longest = std::max(longest, LoadClock::now() - failing_since);
  return longest;
}

bool ClientRecord::is_idle_or_began_after(LoadClock::time_point moment) const {
  const std::lock_guard lock(mutex_);
  return !under_way_ || *under_way_ > moment;
}

std::vector<std::string> ClientRecord::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

}  // namespace cutover::support
