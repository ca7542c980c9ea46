// Shows people what an edit changes.
#pragma once

#include <string>
#include <string_view>

namespace cutover::ini {

/// As `diff -u` prints it, with 3 lines of context and "\ No newline at end of file"; "" for equal
/// texts. Control characters, also CR, are shown as ^X, so that a file cannot play tricks on a
/// terminal.
std::string unified_diff(const std::string& path, std::string_view old_text,
                         std::string_view new_text);

/// The text with every password in connection strings and settings replaced by "***".
std::string without_passwords(const std::string& text);

}  // namespace cutover::ini
