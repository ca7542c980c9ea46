#include "controller/operation/pause_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/base/utc_time.h"
#include "controller/operation/page.h"

namespace cutover {
namespace {

constexpr double width = 900;
constexpr double label_width = 190;
constexpr double row_height = 20;
constexpr double head = 34;

/// The entry from which on the plot shows the run: the last attempt's pause, else the beginning.
std::size_t beginning(const std::vector<JournalEntry>& entries) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].kind == "pause began") from = i;
  // The step that pauses began just before its first PAUSE was sent.
  while (from > 0 && entries[from].kind != "step began" && entries[from].kind != "attempt began")
    --from;
  return from;
}

double x_of(double seconds, const Timeline& timeline) {
  return label_width + seconds / timeline.length * (width - label_width - 10);
}

const char* color_of(const PlottedStep& step) {
  return step.outcome == "done" ? "var(--done)" : "var(--bad)";
}

std::string time_text(double seconds) {
  return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1000) : fmt::format("{:.2f} s", seconds);
}

}  // namespace

Timeline timeline_of(const std::vector<JournalEntry>& entries) {
  Timeline timeline;
  if (entries.empty()) return timeline;
  const auto from = beginning(entries);
  const double zero = unix_time_of(entries[from].at);
  for (std::size_t i = from; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    const double at = unix_time_of(entry.at) - zero;
    if (entry.kind == "pause began") timeline.pause_begin = at;
    if (entry.kind == "pause ended")
      timeline.pause_end = timeline.pause_begin + entry.seconds.value_or(0);
    if (entry.kind != "step ended" && entry.kind != "undo ended") continue;
    const double begin = std::max(0.0, at - entry.seconds.value_or(0));
    const auto name = (entry.kind == "undo ended" ? "undo " : "") + entry.step;
    timeline.steps.push_back({name, begin, at, entry.outcome});
    timeline.length = std::max(timeline.length, at);
  }
  timeline.length = std::max({timeline.length, timeline.pause_end, 0.001});
  return timeline;
}

std::string svg_of(const Timeline& timeline) {
  if (timeline.steps.empty()) return "";
  const double height = head + row_height * static_cast<double>(timeline.steps.size()) + 10;
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" aria-label=\"time line of the steps\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      width, height);
  if (timeline.pause_end > timeline.pause_begin) {
    const double left = x_of(timeline.pause_begin, timeline);
    const double right = x_of(timeline.pause_end, timeline);
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"18\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "fill=\"var(--hold)\" opacity=\"0.25\"/>\n"
        "<text x=\"{:.1f}\" y=\"13\">clients wait: {}</text>\n",
        left, std::max(1.0, right - left), height - 22, left,
        time_text(timeline.pause_end - timeline.pause_begin));
  }
  double y = head;
  for (const auto& step : timeline.steps) {
    const double left = x_of(step.begin, timeline);
    const double bar = std::max(1.5, x_of(step.end, timeline) - left);
    svg += fmt::format(
        "<text x=\"0\" y=\"{:.1f}\">{}</text>"
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\" fill=\"{}\">"
        "<title>{}: {}</title></rect>\n",
        y + 11, escape_html(step.name), left, y, bar, color_of(step), escape_html(step.name),
        time_text(step.end - step.begin));
    y += row_height;
  }
  return svg + "</svg>\n";
}

std::string svg_file_of(const Timeline& timeline) {
  auto svg = svg_of(timeline);
  // Without a page around it, it brings a background of its own, for dark screens too.
  const auto inside = svg.find(">\n") + 2;
  if (!svg.empty())
    svg.insert(inside,
               "<style>svg { --done: #2a8f4f; --bad: #c0392b; --hold: #d98c1f; }"
               " text { fill: #222; font: 12px system-ui, sans-serif; }</style>\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  return svg;
}

}  // namespace cutover
