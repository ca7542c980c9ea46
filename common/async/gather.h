// Runs many tasks at once on one thread: gather(tasks) takes as long as the slowest of them.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "common/async/join.h"
#include "common/async/task.h"

namespace cutover {

/// The results in the order of `tasks`; as gather() of join.h.
template <class T>
Task<std::vector<T>> gather(std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> slots(tasks.size());
  std::vector<Task<void>> keepers;
  keepers.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    keepers.push_back(detail::keep_result(std::move(tasks[i]), slots[i]));
  co_await gather(std::move(keepers));
  std::vector<T> results;
  results.reserve(slots.size());
  for (auto& slot : slots) results.push_back(std::move(*slot));
  co_return results;
}

}  // namespace cutover
