#include <gtest/gtest.h>

#include "common/postgres/connection.h"

namespace cutover::postgres {
namespace {

TEST(Quoting, QuotesInALiteralAreDoubled) {
  EXPECT_EQ(quote_literal(""), "''");
  EXPECT_EQ(quote_literal("plain"), "'plain'");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("'; drop table x; --"), "'''; drop table x; --'");
}

TEST(Quoting, ABackslashMakesAnEscapedLiteral) {
  EXPECT_EQ(quote_literal("a\\b"), "E'a\\\\b'");
  EXPECT_EQ(quote_literal("\\'"), "E'\\\\'''");
}

TEST(Quoting, QuotesInAnIdentifierAreDoubled) {
  EXPECT_EQ(quote_identifier("Patient"), "\"Patient\"");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_identifier("a'b\\c"), "\"a'b\\c\"");
}

}  // namespace
}  // namespace cutover::postgres
