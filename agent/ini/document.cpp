// Follows parse_ini_file() of PgBouncer's libusual. Surprises kept on purpose: tokens are not lines
// (a setting may follow "[section]" on its line), a name in quotes knows no escape, a NUL ends the
// file, and only a blank after "%include" makes it one. Names in quotes are newer than PgBouncer
// 1.18, for which they are a syntax error: its SHOW DATABASES then lacks the entry.
#include "agent/ini/document.h"

#include "agent/ini/characters.h"

namespace cutover::ini {
namespace {

bool may_stand_in_unquoted_name(char c) {
  const bool is_alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alphanumeric || c == '_' || c == '.' || c == '-' || c == '*';
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string text) {
    document_.text = std::move(text);
    end_ = std::min(document_.text.find('\0'), document_.text.size());
  }

  Document run() && {
    while (at_ < end_ && !document_.error) read_token();
    begin_token();
    at_ = document_.text.size();
    if (token_.all.begin < at_) finish(TokenKind::unread);
    return std::move(document_);
  }

 private:
  char peek() const { return at_ < end_ ? document_.text[at_] : '\0'; }

  void begin_token() {
    token_ = Token{};
    token_.all.begin = at_;
    token_.line = line_;
  }

  void finish(TokenKind kind) {
    token_.kind = kind;
    token_.all.end = at_;
    for (char c : document_.at(token_.all)) line_ += c == '\n' ? 1 : 0;
    document_.tokens.push_back(token_);
  }

  /// What was read of this token becomes the start of the unread rest.
  void fail(std::string what) {
    document_.error = SyntaxError{token_.line, std::move(what)};
    at_ = token_.all.begin;
  }

  template <class Predicate>
  Span take_while(Predicate belongs) {
    const std::size_t begin = at_;
    while (at_ < end_ && belongs(document_.text[at_])) ++at_;
    return {begin, at_};
  }

  Span take_to_line_end() {
    Span value = take_while([](char c) { return c != '\n'; });
    while (value.size() > 0 && is_space(document_.text[value.end - 1])) --value.end;
    return value;
  }

  bool is_include() const {
    constexpr std::string_view word = "%include";
    const std::string_view rest = document_.at({at_, end_});
    return rest.substr(0, word.size()) == word && rest.size() > word.size() &&
           is_blank(rest[word.size()]);
  }

  void read_token() {
    begin_token();
    if (is_space(peek())) {
      take_while(is_space);
      return finish(TokenKind::blank);
    }
    if (is_include()) return read_include();
    if (peek() == '#' || peek() == ';') {
      take_while([](char c) { return c != '\n'; });
      return finish(TokenKind::comment);
    }
    if (peek() == '[') return read_section();
    read_setting();
  }

  void read_include() {
    at_ += std::string_view("%include").size();
    take_while(is_blank);
    token_.value = take_to_line_end();
    finish(TokenKind::include);
  }

  void read_section() {
    ++at_;
    token_.name = take_while([](char c) { return c != ']' && c != '\n'; });
    if (peek() != ']') return fail("a section without ]");
    ++at_;
    finish(TokenKind::section);
  }

  void read_setting() {
    if (peek() == '\'') {
      ++at_;
      token_.name = take_while([](char c) { return c != '\''; });
      if (peek() != '\'') return fail("a name without closing quote");
      if (token_.name.size() == 0) return fail("an empty name in quotes");
      ++at_;
    } else {
      token_.name = take_while(may_stand_in_unquoted_name);
    }
    take_while(is_blank);
    if (peek() != '=') return fail("neither comment, [section], %include nor name = value");
    ++at_;
    take_while(is_blank);
    token_.value = take_to_line_end();
    finish(TokenKind::setting);
  }

  Document document_;
  Token token_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  int line_ = 1;
};

}  // namespace

Document parse_document(std::string text) {
  return Tokenizer(std::move(text)).run();
}

std::string print(const Document& document) {
  std::string text;
  for (const Token& token : document.tokens) text += document.at(token.all);
  return text;
}

}  // namespace cutover::ini
