// What Ctrl-C, SIGTERM and a hang-up do to a run and to a recovery: they are told, and heeded where
// that is still right. Nothing dies of them half way, nor does Ctrl-Z stop anything there: leases
// would run out, clients would go on to a fenced side.
#pragma once

#include <signal.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

namespace cutover {

/// What would stop this process, in place of ending it, is ignored as long as this lives: Ctrl-Z,
/// and printing from the background of a terminal.
class NothingStops {
 public:
  NothingStops();
  ~NothingStops();
  NothingStops(const NothingStops&) = delete;
  NothingStops& operator=(const NothingStops&) = delete;

 private:
  std::array<struct sigaction, 2> before_;
};

/// Says `message` on stderr at each interrupt, also at one that came while HeldInterrupts had it.
class Interrupts {
 public:
  Interrupts(const boost::asio::any_io_executor& executor, std::string message);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  /// True from the first interrupt on; valid as long as this object.
  const bool* wanted() const;

 private:
  struct Impl;
  static void wait(const std::shared_ptr<Impl>& impl);
  NothingStops nothing_stops_;
  std::shared_ptr<Impl> impl_;
  sigset_t before_;
};

/// Until its end an interrupt waits for somebody who hears it; one that nobody heard is dropped
/// then: what it would have ended has ended.
class HeldInterrupts {
 public:
  HeldInterrupts();
  ~HeldInterrupts();
  HeldInterrupts(const HeldInterrupts&) = delete;
  HeldInterrupts& operator=(const HeldInterrupts&) = delete;

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace cutover
