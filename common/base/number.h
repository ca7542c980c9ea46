// Numbers in texts that a server wrote: no error to report, since nothing else can stand there.
#pragma once

#include <charconv>
#include <string_view>

namespace cutover {

/// The decimal number that `text` begins with; 0 when it begins with none.
template <typename Number>
Number number_in_answer(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace cutover
