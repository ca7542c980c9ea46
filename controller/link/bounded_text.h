// The last few kilobytes of what a remote command said, for one line of an error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cutover {

class BoundedText {
 public:
  void append(std::string_view piece) {
    text_.append(piece);
    if (text_.size() > limit) text_.erase(0, text_.size() - limit);
  }
  /// Lines joined by "; ", control characters (a terminal would obey them) made spaces.
  std::string shown() const {
    std::string line;
    for (const char c : text_) {
      if (c == '\n')
        line += "; ";
      else if (c != '\r')
        line += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
    const auto last = line.find_last_not_of("; ");
    line.erase(last == std::string::npos ? 0 : last + 1);
    return line;
  }

 private:
  static constexpr std::size_t limit = 4096;
  std::string text_;
};

}  // namespace cutover
