// Connection strings as PgBouncer reads them, and values as it will read them back.
#include "agent/ini/connection_string.h"

#include <gtest/gtest.h>

namespace cutover::ini {
namespace {

std::string value_of(std::string_view text, std::string_view name) {
  const auto parameters = parse_connection_string(text);
  if (!parameters) return "error: " + parameters.error().what;
  const Parameter* found = find_parameter(*parameters, name);
  return found == nullptr ? "none" : found->value;
}

TEST(ConnectionString, ReadsPlainAndQuotedValuesInAnyOrder) {
  const char* text = "port=5433  dbname = 'it''s' host= h ";
  EXPECT_EQ(value_of(text, "host"), "h");
  EXPECT_EQ(value_of(text, "port"), "5433");
  EXPECT_EQ(value_of(text, "dbname"), "it's");
  EXPECT_EQ(value_of(text, "user"), "none");
}

TEST(ConnectionString, TheLastOfANameCounts) {
  EXPECT_EQ(value_of("host=a host=b", "host"), "b");
}

TEST(ConnectionString, OnlyASpaceSeparates) {
  EXPECT_EQ(value_of("host=a\tport=1", "host"), "a\tport=1");
}

TEST(ConnectionString, AnEmptyPlainValueTakesWhatFollows) {
  EXPECT_EQ(value_of("host= port=1", "host"), "port=1");
}

TEST(ConnectionString, AQuoteInsideAPlainValueIsOrdinary) {
  EXPECT_EQ(value_of("host=a'b dbname=c''d", "host"), "a'b");
  EXPECT_EQ(value_of("host=a'b dbname=c''d", "dbname"), "c''d");
}

TEST(ConnectionString, TheByteAfterAClosingQuoteIsDropped) {
  EXPECT_EQ(value_of("dbname='x'yport=1", "port"), "1");
  const auto parameters = parse_connection_string("dbname='x'yport=1");
  EXPECT_FALSE(find_parameter(*parameters, "dbname")->is_followed_by_space_or_end);
  EXPECT_TRUE(find_parameter(*parameters, "port")->is_followed_by_space_or_end);
}

TEST(ConnectionString, ASpanCoversTheValueWithItsQuotes) {
  const std::string text = "host = 'a b' port=12";
  const auto parameters = parse_connection_string(text);
  const Span host = find_parameter(*parameters, "host")->raw;
  const Span port = find_parameter(*parameters, "port")->raw;
  EXPECT_EQ(text.substr(host.begin, host.size()), "'a b'");
  EXPECT_EQ(text.substr(port.begin, port.size()), "12");
}

TEST(ConnectionString, WhatPgBouncerRefusesIsAnError) {
  for (const char* text : {"host", "host a", "=a", "host=", "host=''", "host='a", "host='a''",
                           "host=a port", "'host=a'"}) {
    EXPECT_FALSE(parse_connection_string(text)) << text;
  }
}

TEST(ConnectionString, EmptyIsGood) {
  EXPECT_TRUE(parse_connection_string(""));
  EXPECT_TRUE(parse_connection_string("   "));
}

TEST(ConnectionString, AWrittenValueIsReadBackAsItWas) {
  for (const std::string value : {"h", "a b", "it's", "'", "''", "a\tb", "\xc3\xbc", "a=b", "a,b",
                                  "/var/run", "::1", "a\\b", "\""}) {
    for (const Quoting quoting : {Quoting::where_needed, Quoting::always}) {
      const std::string text = "x=1 host=" + *write_value(value, quoting) + " port=2";
      EXPECT_EQ(value_of(text, "host"), value);
      EXPECT_EQ(value_of(text, "port"), "2");
    }
  }
}

TEST(ConnectionString, QuotesAreWrittenOnlyWhereNeeded) {
  EXPECT_EQ(*write_value("green.internal", Quoting::where_needed), "green.internal");
  EXPECT_EQ(*write_value("a b", Quoting::where_needed), "'a b'");
  EXPECT_EQ(*write_value("it's", Quoting::where_needed), "'it''s'");
}

TEST(ConnectionString, WhatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(write_value("", Quoting::always));
  EXPECT_FALSE(write_value("a\nb", Quoting::always));
  EXPECT_FALSE(write_value(std::string_view("a\0b", 3), Quoting::always));
}

}  // namespace
}  // namespace cutover::ini
