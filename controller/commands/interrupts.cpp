#include "controller/commands/interrupts.h"

#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "common/base/interrupting_signals.h"

namespace cutover {
namespace {

constexpr std::array stopping{SIGTSTP, SIGTTOU};

}  // namespace

NothingStops::NothingStops() {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  for (std::size_t i = 0; i < stopping.size(); ++i) sigaction(stopping[i], &ignore, &before_[i]);
}

NothingStops::~NothingStops() {
  for (std::size_t i = 0; i < stopping.size(); ++i) sigaction(stopping[i], &before_[i], nullptr);
}

struct Interrupts::Impl {
  Impl(const boost::asio::any_io_executor& executor, std::string said)
      : signals(executor), message("\n" + std::move(said) + "\n") {
    for (const int number : interrupting_signals()) signals.add(number);
  }

  boost::asio::signal_set signals;
  std::string message;
  bool wanted = false;
};

void Interrupts::wait(const std::shared_ptr<Impl>& impl) {
  impl->signals.async_wait([impl](const boost::system::error_code& failed, int) {
    if (failed) return;
    impl->wanted = true;
    // Where stderr takes nothing, it is not said.
    std::fputs(impl->message.c_str(), stderr);
    wait(impl);
  });
}

Interrupts::Interrupts(const boost::asio::any_io_executor& executor, std::string message)
    : impl_(std::make_shared<Impl>(executor, std::move(message))) {
  wait(impl_);
  const auto heard = set_of(interrupting_signals());
  sigprocmask(SIG_UNBLOCK, &heard, &before_);
}

Interrupts::~Interrupts() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
  impl_->signals.cancel();
}

const bool* Interrupts::wanted() const {
  return &impl_->wanted;
}

HeldInterrupts::HeldInterrupts() : held_(set_of(interrupting_signals())) {
  sigprocmask(SIG_BLOCK, &held_, &before_);
}

HeldInterrupts::~HeldInterrupts() {
  const timespec at_once{};
  while (sigtimedwait(&held_, nullptr, &at_once) > 0) {
  }
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace cutover
