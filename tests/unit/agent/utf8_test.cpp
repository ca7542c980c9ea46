// Which bytes are characters.
#include "agent/utf8.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

const std::string unknown = "\xEF\xBF\xBD";

TEST(Utf8, CharactersOfEveryLengthStay) {
  for (const char* text :
       {"", "plain", "größe", "€ \xED\x9F\xBF", "\xF0\x9F\x90\x98 \xF4\x8F\xBF\xBF"})
    EXPECT_EQ(valid_utf8(text), text);
}

TEST(Utf8, EveryByteOfNoCharacterIsReplaced) {
  EXPECT_EQ(valid_utf8("caf\xe9"), "caf" + unknown);
  EXPECT_EQ(valid_utf8("\xe9t\xe9"), unknown + "t" + unknown);
  EXPECT_EQ(valid_utf8("\xE2\x82"), unknown + unknown);
  EXPECT_EQ(valid_utf8("\x80"), unknown);
}

TEST(Utf8, WhatOnlyLooksLikeACharacterIsReplaced) {
  EXPECT_EQ(valid_utf8("\xC0\xAF"), unknown + unknown) << "a longer form of /";
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), unknown + unknown + unknown);
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), unknown + unknown + unknown) << "half of a pair";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), unknown + unknown + unknown + unknown);
}

}  // namespace
}  // namespace cutover::agent
