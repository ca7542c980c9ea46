#include "common/base/utc_time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

namespace cutover {

using std::chrono::system_clock;

std::string utc_text(system_clock::time_point moment) {
  const auto since = moment.time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(moment)),
                     millis);
}

std::string utc_text_now() {
  return utc_text(system_clock::now());
}

double unix_time_of(const std::string& text) {
  std::tm parts = {};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  const double fraction = *rest == '.' ? std::strtod(rest, nullptr) : 0;
  return static_cast<double>(timegm(&parts)) + fraction;
}

}  // namespace cutover
