// A property that does not hold ends the process, which is how libFuzzer is told.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace cutover::fuzz {

inline void require(bool holds, const char* property, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "the property does not hold: %s\n%s\n", property, detail.c_str());
  std::abort();
}

}  // namespace cutover::fuzz
