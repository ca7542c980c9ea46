// What pages are made of: escaped text, and one HTML file that needs no other.
#pragma once

#include <string>

namespace cutover {

/// For HTML text and attribute values.
std::string escape_html(const std::string& text);
/// For a cell of a Markdown table.
std::string escape_cell(const std::string& text);
/// A whole document, without scripts and without anything from elsewhere.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace cutover
