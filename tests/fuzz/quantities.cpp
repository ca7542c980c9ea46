// WAL positions, sizes, durations and run ids on any bytes: what is read is written to a text that
// reads the same; what is no number is refused, never guessed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/byte_size.h"
#include "common/base/duration.h"
#include "common/base/lsn.h"
#include "tests/fuzz/require.h"

namespace cutover::fuzz {
namespace {

bool is_hex_group(const std::string& text) {
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return !text.empty() && text.size() <= 8 && std::all_of(text.begin(), text.end(), is_digit);
}

/// Said once more, by other means than the reader's.
bool looks_like_lsn(const std::string& text) {
  const auto slash = text.find('/');
  return slash != std::string::npos && is_hex_group(text.substr(0, slash)) &&
         is_hex_group(text.substr(slash + 1));
}

std::uint64_t value_of(const std::string& text) {
  const auto slash = text.find('/');
  return std::stoull(text.substr(0, slash), nullptr, 16) << 32 |
         std::stoull(text.substr(slash + 1), nullptr, 16);
}

void read_lsn(const std::string& text) {
  const auto lsn = parse_lsn(text);
  require(lsn.has_value() == looks_like_lsn(text), "pg_lsn's form and nothing else", text);
  if (!lsn) return;
  require(lsn->value == value_of(text), "a position has the value of its digits", text);
  const auto again = parse_lsn(to_text(*lsn));
  require(again && *again == *lsn, "a written position reads the same", text);
}

void read_others(const std::string& text) {
  if (const auto bytes = parse_byte_size(text)) {
    const auto again = parse_byte_size(byte_size_text(*bytes));
    require(again && *again == *bytes, "a written size reads the same", text);
  }
  if (const auto duration = parse_duration(text)) {
    require(duration->count() >= 0, "no duration is negative", text);
    const auto again = parse_duration(duration_text(*duration));
    require(again && *again == *duration, "a written duration reads the same", text);
  }
}

}  // namespace
}  // namespace cutover::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  cutover::fuzz::read_lsn(text);
  cutover::fuzz::read_others(text);
  return 0;
}
