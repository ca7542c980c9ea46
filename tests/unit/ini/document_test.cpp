// Tokens: nothing is lost, and cuts are where PgBouncer's reader makes them.
#include "agent/ini/document.h"

#include <gmock/gmock.h>

#include "tests/unit/ini/generated_config.h"

namespace cutover::ini {
namespace {

using ::testing::ElementsAre;

using namespace std::string_literals;

std::vector<std::string> shape_of(const Document& document) {
  const char* const names[] = {"blank", "comment", "section", "include", "setting", "unread"};
  std::vector<std::string> shape;
  for (const Token& token : document.tokens) {
    if (token.kind == TokenKind::blank) continue;
    std::string text = names[static_cast<int>(token.kind)];
    if (token.kind == TokenKind::unread) text += " " + std::string(document.at(token.all));
    if (token.name.size() > 0) text += " " + std::string(document.at(token.name));
    if (token.value.size() > 0) text += " " + std::string(document.at(token.value));
    shape.push_back(text);
  }
  return shape;
}

void expect_lossless(const std::string& text) {
  const Document document = parse_document(text);
  std::size_t at = 0;
  for (const Token& token : document.tokens) {
    ASSERT_EQ(token.all.begin, at);
    ASSERT_LT(token.all.begin, token.all.end);
    at = token.all.end;
  }
  ASSERT_EQ(at, text.size());
  ASSERT_EQ(print(document), text);
}

TEST(Document, PrintingGivesBackEveryByteOfAnyGeneratedText) {
  for (unsigned seed = 0; seed < 20000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string text = testing::generated_garbage(random);
    ASSERT_NO_FATAL_FAILURE(expect_lossless(text));
  }
}

TEST(Document, PrintingGivesBackEveryByteOfRandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 60, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_NO_FATAL_FAILURE(expect_lossless(text));
  }
}

TEST(Document, ATextIsCutIntoItsParts) {
  const Document document = parse_document(
      "; head\n[databases]\napp = host=a port=1 \n'two words'='x'\n%include /etc/more.ini\n* =\n");
  EXPECT_FALSE(document.error);
  EXPECT_THAT(shape_of(document),
              ElementsAre("comment", "section databases", "setting app host=a port=1",
                          "setting two words 'x'", "include /etc/more.ini", "setting *"));
}

TEST(Document, LinesAreCountedAcrossEveryKindOfToken) {
  const Document document = parse_document("\n\n[a]\r\nx = 1\n\n; c\ny = 2");
  EXPECT_EQ(document.tokens.back().line, 7);
  EXPECT_EQ(document.at(document.tokens.back().name), "y");
}

TEST(Document, ACarriageReturnBelongsToNoValue) {
  const Document document = parse_document("[a]\r\nx = 1\r\n%include f.ini\r\n");
  EXPECT_THAT(shape_of(document), ElementsAre("section a", "setting x 1", "include f.ini"));
}

TEST(Document, ASettingMayFollowASectionOnItsLine) {
  EXPECT_THAT(shape_of(parse_document("[a] x = 1\n[b] ; c")),
              ElementsAre("section a", "setting x 1", "section b", "comment"));
}

TEST(Document, CommentSignsInsideAValueAreOrdinary) {
  EXPECT_THAT(shape_of(parse_document("x = 1 ; no # comment")),
              ElementsAre("setting x 1 ; no # comment"));
}

TEST(Document, ANulEndsWhatIsRead) {
  const Document document = parse_document("x = 1\0 y = 2"s);
  EXPECT_FALSE(document.error);
  EXPECT_THAT(shape_of(document), ElementsAre("setting x 1", "unread \0 y = 2"s));
}

TEST(Document, OnlyABlankMakesAnInclude) {
  EXPECT_TRUE(parse_document("%include\nx").error);
  EXPECT_TRUE(parse_document("%includes x").error);
  EXPECT_FALSE(parse_document("%include\tx").error);
}

TEST(Document, ASyntaxErrorLeavesTheRestUnreadAndNamesItsLine) {
  const Document document = parse_document("[a]\nx = 1\n\"q\" = 2\ny = 3\n");
  ASSERT_TRUE(document.error);
  EXPECT_EQ(document.error->line, 3);
  EXPECT_THAT(shape_of(document),
              ElementsAre("section a", "setting x 1", "unread \"q\" = 2\ny = 3\n"));
}

TEST(Document, WhatPgBouncerCannotReadIsAnError) {
  for (const char* text : {"[open\n", "[open", "'name = 1", "'' = 1", "'a''b' = 1", "name\n",
                           "name : 1", "two words = 1", "\xc3\xbc = 1"}) {
    EXPECT_TRUE(parse_document(text).error) << text;
  }
}

TEST(Document, WhatPgBouncerCanReadIsNone) {
  for (const char* text : {"", "\n", "[]", "= x", "x=", "x =\n", "[a]b=c", "'a\"b' = 1",
                           "'\xc3\xbc' = 1", "*=", "a.b-c_d*9=1", "  \t; c"}) {
    EXPECT_FALSE(parse_document(text).error) << text;
  }
}

}  // namespace
}  // namespace cutover::ini
