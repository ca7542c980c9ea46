// Character classes as PgBouncer's reader has them: the C locale's, whatever ours is.
#pragma once

namespace cutover::ini {

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

inline bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

}  // namespace cutover::ini
