// See stop_sign.h. The timer never runs out by itself; raising cancels it, which wakes every
// waiter.
#include "agent/stop_sign.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutover::agent {
namespace asio = boost::asio;

struct StopSign::Impl {
  explicit Impl(const asio::any_io_executor& executor)
      : timer(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
  bool raised = false;
};

StopSign::StopSign(const asio::any_io_executor& executor)
    : impl_(std::make_shared<Impl>(executor)) {}
StopSign::~StopSign() = default;

void StopSign::raise() {
  impl_->raised = true;
  impl_->timer.cancel();
}

bool StopSign::is_raised() const {
  return impl_->raised;
}

Task<void> StopSign::raised() {
  const std::shared_ptr<Impl> impl = impl_;
  const auto cancelled = co_await asio::this_coro::cancellation_state;
  while (!impl->raised && cancelled.cancelled() == asio::cancellation_type::none) {
    boost::system::error_code ignored;
    co_await impl->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace cutover::agent
