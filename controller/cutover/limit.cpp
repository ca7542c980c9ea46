#include "controller/cutover/limit.h"

#include <exception>

#include "common/async/join.h"

namespace cutover {

Task<std::optional<Outcome>> limited(const Observer& fleet, std::chrono::microseconds limit,
                                     Task<Outcome> task) {
  auto outcome = co_await until(fleet.sleep(limit), std::move(task));
  co_return outcome;
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
