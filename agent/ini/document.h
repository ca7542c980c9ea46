// One PgBouncer configuration file as text: cut into tokens exactly where PgBouncer's own reader
// cuts it (1.12 to 1.25), losing nothing. What the tokens mean together, over all files, is
// config_files.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::ini {

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
  bool operator==(const Span&) const = default;
};

enum class TokenKind {
  blank,    ///< white space between the others, line ends included
  comment,  ///< from ; or # to the end of the line; only where a token may begin
  section,  ///< [name]
  include,  ///< %include value
  setting,  ///< name = value
  unread,   ///< what PgBouncer never reads: from a syntax error, or from a NUL, to the end
};

struct Token {
  TokenKind kind = TokenKind::blank;
  Span all;    ///< tokens follow one another without gap from the first byte to the last
  Span name;   ///< of a section or setting, without brackets or quotes
  Span value;  ///< of an include or setting, without white space around it
  int line = 1;
};

struct SyntaxError {
  int line = 1;
  std::string what;
};

struct Document {
  std::string text;
  std::vector<Token> tokens;
  std::optional<SyntaxError> error;  ///< where PgBouncer stops loading

  std::string_view at(Span span) const {
    return std::string_view(text).substr(span.begin, span.size());
  }
};

/// Never fails: any bytes are a document, at worst one that is all unread.
Document parse_document(std::string text);

/// The tokens put together again: the text that was parsed, byte for byte.
std::string print(const Document& document);

}  // namespace cutover::ini
