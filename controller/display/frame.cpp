#include "controller/display/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cutover {
namespace {

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// The first `columns` characters.
std::string first_of_text(const std::string& text, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && seen++ == columns) return text.substr(0, i);
  }
  return text;
}

/// Names from servers may hold anything: what would move the cursor is not drawn.
std::string printable(const std::string& text) {
  std::string clean = text;
  for (char& byte : clean) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) byte = ' ';
  }
  return clean;
}

}  // namespace

Style style_of_side(const std::string& side) {
  if (side == "blue") return Style::blue;
  if (side == "green") return Style::green;
  return side == "neither" ? Style::warning : Style::dim;
}

std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string left(const std::string& text, std::size_t width) {
  const auto columns = columns_of(text);
  if (columns > width) return first_of_text(text, width);
  return text + std::string(width - columns, ' ');
}

std::string right(const std::string& text, std::size_t width) {
  const auto columns = columns_of(text);
  if (columns > width) return first_of_text(text, width);
  return std::string(width - columns, ' ') + text;
}

FrameLine& FrameLine::add(const std::string& text, Style style) {
  if (!text.empty()) spans_.push_back({printable(text), style});
  return *this;
}

FrameLine& FrameLine::pad_to(std::size_t column) {
  const auto now = width();
  if (now < column) add(std::string(column - now, ' '));
  return *this;
}

FrameLine& FrameLine::append(const FrameLine& other) {
  spans_.insert(spans_.end(), other.spans_.begin(), other.spans_.end());
  return *this;
}

std::size_t FrameLine::width() const {
  std::size_t columns = 0;
  for (const auto& span : spans_) columns += columns_of(span.text);
  return columns;
}

std::string FrameLine::text() const {
  std::string all;
  for (const auto& span : spans_) all += span.text;
  return all;
}

FrameLine FrameLine::cut(std::size_t width_limit) const {
  if (width() <= width_limit) return *this;
  FrameLine line;
  std::size_t room = width_limit > 0 ? width_limit - 1 : 0;
  for (const auto& span : spans_) {
    const auto part = first_of_text(span.text, room);
    line.add(part, span.style);
    room -= columns_of(part);
  }
  if (width_limit > 0) line.add("~", Style::dim);
  return line;
}

Frame fitted(Frame frame, FrameSize size) {
  frame.resize(size.height);
  for (auto& line : frame) line = line.cut(size.width);
  return frame;
}

std::string Glyphs::sparkline(const std::vector<double>& values, std::size_t width) const {
  constexpr std::array<const char*, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<const char*, 8> letters = {"_", ".", ",", "-", "=", "+", "*", "#"};
  const auto& steps = utf8 ? blocks : letters;
  const std::size_t count = std::min(width, values.size());
  const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
  const double most = count > 0 ? *std::max_element(first, values.end()) : 0;
  std::string text;
  for (auto value = first; value != values.end(); ++value) {
    const double part = most > 0 ? std::clamp(*value / most, 0.0, 1.0) : 0;
    text += steps[static_cast<std::size_t>(std::lround(part * (steps.size() - 1)))];
  }
  return text;
}

std::string Glyphs::bar(double part, std::size_t width) const {
  const auto full = static_cast<std::size_t>(
      std::lround(std::clamp(part, 0.0, 1.0) * static_cast<double>(width)));
  std::string text;
  for (std::size_t i = 0; i < width; ++i)
    text += i < full ? (utf8 ? "█" : "#") : (utf8 ? "░" : ".");
  return text;
}

std::string Glyphs::rule(std::size_t width) const {
  std::string text;
  for (std::size_t i = 0; i < width; ++i) text += utf8 ? "─" : "-";
  return text;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

}  // namespace cutover
