// What a screen shows: lines of styled text, cut to a size. Pure; next: terminal.h, run_view.h,
// dashboard_view.h.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/base/bytes_text.h"

namespace cutover {

enum class Style { plain, dim, strong, title, blue, green, good, warning, bad };

/// "blue", "green", "neither"; dim for what is none of them.
Style style_of_side(const std::string& side);

struct Span {
  std::string text;
  Style style = Style::plain;
};

/// One line, built from left to right.
class FrameLine {
 public:
  FrameLine() = default;
  explicit FrameLine(const std::string& text, Style style = Style::plain) { add(text, style); }

  FrameLine& add(const std::string& text, Style style = Style::plain);
  /// Filled with blanks up to this column; what is longer stays.
  FrameLine& pad_to(std::size_t column);
  FrameLine& append(const FrameLine& other);
  /// Cut to `width` columns, with a mark where something is left out.
  FrameLine cut(std::size_t width) const;

  std::size_t width() const;
  std::string text() const;
  const std::vector<Span>& spans() const { return spans_; }

 private:
  std::vector<Span> spans_;
};

struct FrameSize {
  std::size_t width = 80;
  std::size_t height = 24;
};

using Frame = std::vector<FrameLine>;

/// Exactly as large as the screen: lines cut, missing ones empty.
Frame fitted(Frame frame, FrameSize size);

/// Characters for bars and curves: ASCII where the terminal has no UTF-8.
struct Glyphs {
  bool utf8 = true;

  /// The last values that fit in `width` columns, from 0 to the largest.
  std::string sparkline(const std::vector<double>& values, std::size_t width) const;
  std::string bar(double part, std::size_t width) const;
  std::string rule(std::size_t width) const;
  const char* column() const { return utf8 ? "│" : "|"; }
};

/// Columns that UTF-8 text takes; every character of ours takes one.
std::size_t columns_of(const std::string& text);
std::string left(const std::string& text, std::size_t width);   ///< padded or cut
std::string right(const std::string& text, std::size_t width);  ///< likewise

/// "12:03" minutes and seconds, "1:02:03" from an hour on.
std::string clock_text(double seconds);

}  // namespace cutover
