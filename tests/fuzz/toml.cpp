// Both configuration files on any bytes: an error begins with the file and says what; reading twice
// is reading once.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/config.h"
#include "controller/config/config.h"
#include "tests/fuzz/require.h"

namespace cutover::fuzz {
namespace {

constexpr const char* path = "/etc/x.toml";

/// Every problem is "FILE:LINE: what", or "FILE: what" where there is no line.
void is_well_formed(const Error& error) {
  require(error.what.starts_with(path), "an error begins with its file", error.what);
  require(error.what.size() > std::string(path).size() + 2, "an error says what", error.what);
}

template <class Read>
void reads(const std::string& text, const Read& read) {
  const auto once = read(text);
  const auto again = read(text);
  require(once.has_value() == again.has_value(), "reading twice is reading once");
  if (once) return;
  require(once.error() == again.error(), "the same error each time");
  is_well_formed(once.error());
}

void run(const std::string& text) {
  reads(text, [](const std::string& it) { return agent::parse_config(it, path); });
  reads(text, [](const std::string& it) { return parse_config(it, path); });
}

}  // namespace
}  // namespace cutover::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::fuzz::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
