// Texts for messages, which carry nothing but valid UTF-8: a role, an entry or a comment may be in
// any encoding. Pure.
#pragma once

#include <string>

namespace cutover::agent {

/// `text` with U+FFFD in the place of every byte that belongs to no character.
std::string valid_utf8(const std::string& text);

}  // namespace cutover::agent
