// Numbers and texts as ssh's protocols write them: 4 bytes big-endian, and a length before each
// text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cutover {

/// Past the end every read gives nothing, and is_good() says so.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char byte : take(4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::string_view text() { return take(number()); }
  std::uint8_t byte() {
    const auto one = take(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  bool is_good() const { return is_good_; }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      is_good_ = false;
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool is_good_ = true;
};

inline void append_number(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(value >> shift & 0xFF));
}

inline void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, static_cast<std::uint32_t>(text.size()));
  bytes.append(text);
}

}  // namespace cutover
