// See utf8.h.
#include "agent/utf8.h"

#include <string_view>

namespace cutover::agent {
namespace {

/// Lead bytes that allow less than 80 to BF for the byte that follows: longer forms of what has a
/// shorter one, halves of surrogate pairs, and what is beyond the last character.
bool second_byte_fits(unsigned lead, unsigned second) {
  if (lead == 0xE0U) return second >= 0xA0U;
  if (lead == 0xEDU) return second <= 0x9FU;
  if (lead == 0xF0U) return second >= 0x90U;
  if (lead == 0xF4U) return second <= 0x8FU;
  return true;
}

/// Bytes of the character that `rest` begins with; 0 when it begins with none.
std::size_t character_size(std::string_view rest) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(rest[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return 1;
  if (lead < 0xC2U || lead > 0xF4U) return 0;
  const std::size_t size = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (rest.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  return second_byte_fits(lead, byte(1)) ? size : 0;
}

}  // namespace

std::string valid_utf8(const std::string& text) {
  std::string valid;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t size = character_size(rest);
    valid += size == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, size);
    rest.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

}  // namespace cutover::agent
