// Diffs read as diff(1) prints them, and show neither passwords nor control characters.
#include "agent/ini/unified_diff.h"

#include <gmock/gmock.h>

namespace cutover::ini {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(UnifiedDiff, EqualTextsHaveNone) {
  EXPECT_EQ(unified_diff("f", "a\n", "a\n"), "");
}

TEST(UnifiedDiff, OneChangedLineHasThreeLinesOfContext) {
  EXPECT_EQ(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, ChangesFarApartHaveTheirOwnHunks) {
  EXPECT_EQ(
      unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "X\n2\n3\n4\n5\n6\n7\n8\nY\n"),
      "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-1\n+X\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+Y\n");
}

TEST(UnifiedDiff, ChangesSixLinesApartShareAHunk) {
  EXPECT_THAT(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n", "X\n2\n3\n4\n5\n6\n7\nY\n"),
              HasSubstr("@@ -1,8 +1,8 @@"));
}

TEST(UnifiedDiff, AMissingFinalLineEndIsMarked) {
  EXPECT_EQ(unified_diff("f", "a", "b\n"),
            "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n");
}

TEST(UnifiedDiff, InsertedAndRemovedLinesAreCounted) {
  EXPECT_EQ(unified_diff("f", "", "a\nb\n"), "--- f\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(unified_diff("f", "a\n", ""), "--- f\n+++ f\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, ControlCharactersAreMadeVisible) {
  EXPECT_EQ(unified_diff("f", "a\r\n", "\x1b[2J\r\n"),
            "--- f\n+++ f\n@@ -1 +1 @@\n-a^M\n+^[[2J^M\n");
}

TEST(WithoutPasswords, PasswordsAreMaskedWhereverTheyStand) {
  const std::string masked = without_passwords(
      "; password=hunter2\n[databases]\na = host=h password='hunter2 x' port=1\n"
      "b = password='hunter2\nldap_password = hunter2\nc = connect_query='set passwd hunter2'\n");
  EXPECT_THAT(masked, Not(HasSubstr("hunter2")));
  EXPECT_THAT(masked, HasSubstr("a = host=h password=*** port=1\n"));
}

TEST(WithoutPasswords, EverythingElseStays) {
  const std::string text = "[databases]\r\na = host=passwords.internal port=1\n; c\n\0x";
  EXPECT_EQ(without_passwords(text), text);
}

}  // namespace
}  // namespace cutover::ini
