#include "controller/checks/check_context.h"

#include <chrono>

#include "controller/checks/checked_bouncers.h"

namespace cutover {

CheckContext::CheckContext() : bouncers(std::make_shared<CheckedBouncers>()) {}

std::int64_t unix_clock_us() {
  using std::chrono::duration_cast;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return duration_cast<std::chrono::microseconds>(since_1970).count();
}

}  // namespace cutover
