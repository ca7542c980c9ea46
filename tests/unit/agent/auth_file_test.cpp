// An auth_file is read as PgBouncer reads it.
#include "agent/auth_file.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

TEST(AuthFile, QuotedPairsAreReadOthersLeftOut) {
  const auto secrets = parse_auth_file("\"a\" \"x\"\"y\" \"\"\n; comment\n\"b\" \"\"\nbroken\n");
  EXPECT_EQ(secrets, (AuthSecrets{{"a", "x\"y"}, {"b", ""}}));
}

TEST(AuthFile, AnyBlanksMaySeparateThePairAndACommentedLineNamesNobody) {
  const auto secrets = parse_auth_file(" \"a\"\t\"x\"\n\"b\"  \"y\"\r\n;\"c\" \"z\"\n");
  EXPECT_EQ(secrets, (AuthSecrets{{"a", "x"}, {"b", "y"}}));
}

}  // namespace
}  // namespace cutover::agent
