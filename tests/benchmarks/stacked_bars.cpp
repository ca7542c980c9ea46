#include "tests/benchmarks/stacked_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cutover::bench {
namespace {

constexpr std::array colors{"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f",
                            "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac"};
constexpr double height = 320;
constexpr double left = 50;
constexpr double top = 20;
constexpr double bar = 18;
constexpr double gap = 10;

class Drawing {
 public:
  Drawing(std::size_t bars, double highest)
      : width_(static_cast<double>(bars) * (bar + gap)), scale_(height / highest) {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"11\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        left + width_ + 190, top + height + 40);
    for (int line = 0; line <= 4; ++line) draw_line(highest * line / 4);
  }

  void draw_part(std::size_t place, double from, double to, const char* color) {
    text_ += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n",
        x(place), y(to), bar, (to - from) * scale_, color);
  }

  void draw_floor(std::size_t place, double value) {
    text_ += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"black\" "
        "stroke-width=\"2\"/>\n",
        x(place) - 3, x(place) + bar + 3, y(value));
  }

  void name_color(std::size_t row, const std::string& name, const char* color) {
    const double at = top + 16 * static_cast<double>(row);
    text_ += fmt::format(
        "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"10\" height=\"10\" fill=\"{3}\"/>"
        "<text x=\"{2:.1f}\" y=\"{4:.1f}\">{5}</text>\n",
        left + width_ + 15, at, left + width_ + 31, color, at + 9, name);
  }

  std::string finished(const std::string& caption) {
    return text_ + fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n</svg>\n", left,
                               top + height + 28, caption);
  }

 private:
  double x(std::size_t place) const { return left + 5 + static_cast<double>(place) * (bar + gap); }
  double y(double value) const { return top + height - value * scale_; }

  void draw_line(double value) {
    text_ += fmt::format(
        "<line x1=\"{0}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.0f} ms</text>\n",
        left, left + width_, y(value), left - 4, y(value) + 4, value);
  }

  double width_;
  double scale_;
  std::string text_;
};

}  // namespace

std::string to_svg(const Rounds& rounds, const std::string& way) {
  const auto all = measurements_of(rounds, way);
  double highest = 1;
  for (const auto& each : all) highest = std::max({highest, each.held, each.floor_held});
  Drawing drawing(all.size(), std::ceil(highest / 20) * 20);
  const auto names = step_names(rounds);
  for (std::size_t place = 0; place < all.size(); ++place) {
    double from = 0;
    for (const auto& [name, took] : all[place].steps) {
      const auto color = std::find(names.begin(), names.end(), name) - names.begin();
      drawing.draw_part(place, from, from + took,
                        colors.at(static_cast<std::size_t>(color) % colors.size()));
      from += took;
    }
    drawing.draw_floor(place, all[place].floor_held);
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    drawing.name_color(i, names[i], colors.at(i % colors.size()));
  drawing.name_color(names.size(), "floor (line): PAUSE + RESUME", "black");
  return drawing.finished("how long writes were held, by step; a bar per " + way);
}

}  // namespace cutover::bench
