// Ctrl-C while a phase waits for something long: noticed instead of dying of it, so that what was
// started ends too.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

namespace cutover {

class Interruption {
 public:
  explicit Interruption(const boost::asio::any_io_executor& executor);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();
  bool is_wanted() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cutover
