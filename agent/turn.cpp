// See turn.h. A waiter sleeps on a timer of its own; the one who leaves cancels the oldest.
#include "agent/turn.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

namespace cutover::agent {
namespace asio = boost::asio;

struct Turns::Impl {
  struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    bool called = false;
  };

  explicit Impl(asio::any_io_executor by) : executor(std::move(by)) {}

  void leave() {
    if (waiting.empty()) {
      taken = false;
      return;
    }
    const auto next = waiting.front();
    waiting.pop_front();
    next->called = true;
    next->timer.cancel();
  }

  asio::any_io_executor executor;
  std::deque<std::shared_ptr<Waiter>> waiting;
  bool taken = false;
};

Turns::Turn::~Turn() {
  if (impl_) impl_->leave();
}

Turns::Turns(const asio::any_io_executor& executor) : impl_(std::make_shared<Impl>(executor)) {}

bool Turns::is_taken() const {
  return impl_->taken;
}

Task<Turns::Turn> Turns::take() {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl->taken) {
    impl->taken = true;
    co_return Turn(impl);
  }
  const auto waiter = std::make_shared<Impl::Waiter>(impl->executor);
  impl->waiting.push_back(waiter);
  while (!waiter->called) {
    boost::system::error_code ignored;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return Turn(impl);
}

}  // namespace cutover::agent
