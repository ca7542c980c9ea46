// Numbers in the texts that servers and PgBouncers answer with. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cutover {

/// "20" → 20; a fraction or a unit is no number.
std::optional<std::uint64_t> number_in(const std::string& text);
/// Seconds as PgBouncer writes them: "0.5", "120".
std::optional<double> seconds_in(const std::string& text);

}  // namespace cutover
