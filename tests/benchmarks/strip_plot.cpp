#include "tests/benchmarks/strip_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/benchmarks/summary.h"

namespace cutover::bench {
namespace {

constexpr double plot_left = 190;
constexpr double plot_width = 560;
constexpr double plot_top = 34;
constexpr double row_height = 24;

/// Powers of ten around all values.
struct Scale {
  int from = 0;
  int to = 1;

  double x(double value) const {
    return plot_left +
           (std::log10(std::max(value, std::pow(10, from))) - from) / (to - from) * plot_width;
  }
};

Scale scale_of(const std::vector<Strip>& strips) {
  double least = 1e9;
  double most = 0.1;
  for (const Strip& strip : strips) {
    for (const double value : strip.values) {
      least = std::min(least, std::max(value, 0.1));
      most = std::max(most, value);
    }
  }
  const int from = static_cast<int>(std::floor(std::log10(std::min(least, most))));
  return {from, std::max(from + 1, static_cast<int>(std::ceil(std::log10(most))))};
}

std::string grid(const Scale& scale, double bottom) {
  std::string text;
  for (int power = scale.from; power <= scale.to; ++power) {
    const double value = std::pow(10, power);
    text += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\">{4:g} ms</text>\n",
        scale.x(value), plot_top, bottom, bottom + 14, value);
  }
  return text;
}

std::string row_of(const Strip& strip, const Scale& scale, double y) {
  std::string text = fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                                 plot_left - 10, y + 4, strip.name);
  for (const double value : strip.values)
    text += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\" fill-opacity=\"0.45\"/>\n",
        scale.x(value), y, strip.color);
  const double median = scale.x(quantile(strip.values, 0.5));
  return text + fmt::format(
                    "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" "
                    "stroke=\"black\" stroke-width=\"2\"/>\n",
                    median, y - 8, y + 8);
}

}  // namespace

std::string strip_plot(const std::vector<Strip>& strips, const std::string& caption) {
  const Scale scale = scale_of(strips);
  const double bottom = plot_top + row_height * static_cast<double>(strips.size());
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0f}\" height=\"{:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"10\" y=\"18\" font-size=\"13\">{}</text>\n",
      plot_left + plot_width + 40, bottom + 24, caption);
  text += grid(scale, bottom);
  double y = plot_top + row_height / 2;
  for (const Strip& strip : strips) {
    if (!strip.values.empty()) text += row_of(strip, scale, y);
    y += row_height;
  }
  return text + "</svg>\n";
}

}  // namespace cutover::bench
