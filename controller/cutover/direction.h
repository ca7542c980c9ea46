// Which way traffic moves. In the protocol "blue" is always the side that serves before, "green"
// the side that serves after; for people a rollback says the colours of the configuration.
#pragma once

#include <string>

namespace cutover {

enum class Direction { forward, back };

/// The words blue and green exchanged, where they stand alone: host names like green.internal and
/// quoted names stay.
std::string with_colours_exchanged(const std::string& text);

/// A text of the protocol for people: unchanged, or with the colours exchanged.
std::string in_colours(Direction direction, const std::string& text);

/// `colour` of the protocol as the configuration calls it.
const char* configured_colour(Direction direction, const char* colour);

}  // namespace cutover
