// A flag that a coroutine can wait for: raised once, it stays up.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "common/async/task.h"

namespace cutover::agent {

class StopSign {
 public:
  explicit StopSign(const boost::asio::any_io_executor& executor);
  ~StopSign();

  void raise();
  bool is_raised() const;
  /// Ends when the sign is up.
  Task<void> raised();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cutover::agent
