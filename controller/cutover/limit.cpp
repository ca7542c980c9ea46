#include "controller/cutover/limit.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <variant>

namespace cutover {

Task<std::optional<Outcome>> limited(const Observer& fleet, std::chrono::microseconds limit,
                                     Task<Outcome> task) {
  using boost::asio::experimental::awaitable_operators::operator||;
  auto race = std::move(task) || fleet.sleep(limit);
  auto winner = co_await std::move(race);
  if (winner.index() == 0) co_return std::optional<Outcome>(std::get<0>(std::move(winner)));
  co_return std::nullopt;
}

Task<Outcome> contained(Task<Outcome> task) {
  std::string why;
  try {
    const auto outcome = co_await std::move(task);
    co_return outcome;
  } catch (const std::exception& failure) {
    why = failure.what();
  }
  co_return in_doubt(why);
}

}  // namespace cutover
