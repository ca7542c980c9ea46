// Acting commands one after another, in the order they came: whoever holds the turn acts.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "common/async/task.h"

namespace cutover::agent {

class Turns {
 public:
  struct Impl;
  /// Gives the turn to the next in line when it goes out of scope.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    std::shared_ptr<Impl> impl_;
  };

  explicit Turns(const boost::asio::any_io_executor& executor);

  /// Waits for the turn. Whoever waits must not be cancelled.
  Task<Turn> take();
  bool is_taken() const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace cutover::agent
