// An SVG with a row of dots per series and its median as a line, on a logarithmic scale: where
// single values are few and far apart, they say more than an average.
#pragma once

#include <string>
#include <vector>

namespace cutover::bench {

struct Strip {
  std::string name;
  std::vector<double> values;  ///< milliseconds
  std::string color = "#4e79a7";
};

std::string strip_plot(const std::vector<Strip>& strips, const std::string& caption);

}  // namespace cutover::bench
