#include "controller/runbook/interruption.h"

#include <boost/asio/signal_set.hpp>

#include "common/base/interrupting_signals.h"

namespace cutover {

struct Interruption::Impl {
  explicit Impl(const boost::asio::any_io_executor& executor) : signals(executor) {
    for (const int number : interrupting_signals()) signals.add(number);
  }

  boost::asio::signal_set signals;
  bool wanted = false;
};

Interruption::Interruption(const boost::asio::any_io_executor& executor)
    : impl_(std::make_shared<Impl>(executor)) {
  impl_->signals.async_wait([impl = impl_](const boost::system::error_code& failed, int) {
    if (!failed) impl->wanted = true;
  });
}

Interruption::~Interruption() {
  impl_->signals.cancel();
}

bool Interruption::is_wanted() const {
  return impl_->wanted;
}

}  // namespace cutover
