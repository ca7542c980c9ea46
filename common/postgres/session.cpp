#include "common/postgres/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "common/postgres/failure.h"

#include "common/async/join.h"

namespace cutover::postgres {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr auto as_error = boost::asio::as_tuple(boost::asio::use_awaitable);

/// The socket is libpq's: whatever ends the wait, Asio gives it back before libpq may close it.
class Borrowed {
 public:
  explicit Borrowed(std::optional<Descriptor>& descriptor) : descriptor_(descriptor) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (descriptor_->is_open()) descriptor_->release();
    descriptor_.reset();
  }

 private:
  std::optional<Descriptor>& descriptor_;
};

Task<boost::system::error_code> wait_one(Descriptor& descriptor, Descriptor::wait_type type) {
  const auto [error] = co_await descriptor.async_wait(type, as_error);
  co_return error;
}

/// The one that is cancelled for the other has nothing to say.
Task<void> keep_error(Task<boost::system::error_code> wait, boost::system::error_code& kept) {
  const auto error = co_await std::move(wait);
  if (error != boost::asio::error::operation_aborted) kept = error;
}

Task<boost::system::error_code> wait_either(Descriptor& descriptor) {
  boost::system::error_code error;
  auto readable = keep_error(wait_one(descriptor, Descriptor::wait_read), error);
  auto writable = keep_error(wait_one(descriptor, Descriptor::wait_write), error);
  co_await first_of(std::move(readable), std::move(writable));
  co_return error;
}

Task<boost::system::error_code> wait_for(Descriptor& descriptor, Readiness readiness) {
  if (readiness == Readiness::either) return wait_either(descriptor);
  return wait_one(descriptor,
                  readiness == Readiness::read ? Descriptor::wait_read : Descriptor::wait_write);
}

}  // namespace

void Session::close() {
  if (!connection_) return;
  if (waiting_ && waiting_->is_open()) waiting_->release();
  PQfinish(connection_);
  connection_ = nullptr;
}

// The socket is handed to Asio for one wait only: libpq closes and opens sockets inside its calls.
Task<void> Session::wait(Readiness readiness) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const int socket = PQsocket(connection_);
  if (socket < 0) co_return;  // libpq's next call says why
  waiting_.emplace(executor, socket);
  const Borrowed borrowed(waiting_);
  const auto error = co_await wait_for(*waiting_, readiness);
  if (error && connection_) throw boost::system::system_error(error);
}

Task<std::optional<Failure>> Session::flush() {
  while (true) {
    const int pending = PQflush(connection_);
    if (pending == 0) co_return std::nullopt;
    if (pending < 0) co_return lost_failure(connection_);
    co_await wait(Readiness::either);
    if (is_closed()) co_return closed_failure();
    // A server that cannot send stops receiving: read while there is more to write.
    if (!PQconsumeInput(connection_)) co_return lost_failure(connection_);
  }
}

Task<Answer<ResultHandle>> Session::next_result() {
  while (PQisBusy(connection_)) {
    co_await wait(Readiness::read);
    if (is_closed()) co_return closed_failure();
    if (!PQconsumeInput(connection_)) break;  // what PQgetResult then returns says why
  }
  ResultHandle result(PQgetResult(connection_));
  if (!result && PQstatus(connection_) != CONNECTION_OK) co_return lost_failure(connection_);
  co_return std::move(result);
}

}  // namespace cutover::postgres
