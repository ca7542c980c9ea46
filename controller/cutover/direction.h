// Which way traffic moves. In the protocol "blue" is always the side that serves before, "green"
// the side that serves after.
#pragma once

namespace cutover {

enum class Direction { forward, back };

}  // namespace cutover
