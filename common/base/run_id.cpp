#include "common/base/run_id.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <random>

namespace cutover {

std::string make_run_id() {
  std::random_device random;
  return run_id_of(std::chrono::system_clock::now(), random());
}

std::string run_id_of(std::chrono::system_clock::time_point time, std::uint32_t random) {
  const auto utc = fmt::gmtime(std::chrono::system_clock::to_time_t(time));
  return fmt::format("{:%Y%m%dT%H%M%S}-{:06x}", utc, random & 0xFFFFFF);
}

}  // namespace cutover
