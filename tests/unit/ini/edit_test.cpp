// Edits: only host and port of the named entries' counting definitions change, byte for byte.
#include "agent/ini/edit.h"

#include <gmock/gmock.h>

#include "tests/unit/ini/generated_config.h"
#include "tests/unit/ini/texts.h"

namespace cutover::ini {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::load;
using testing::load_databases;

const std::string head = "[pgbouncer]\n[databases]\n";

Move move_of(const std::string& entry, const std::string& from_host = "blue",
             const std::string& from_port = "5432", const std::string& to_host = "green",
             const std::string& to_port = "5432") {
  return {entry, from_host, from_port, to_host, to_port};
}

/// The lines under [databases] after the moves, or the error.
std::string edited(const std::string& lines, const std::vector<Move>& moves) {
  const auto config = load({{"/etc/main.ini", head + lines}});
  if (!config) return "not loaded: " + config.error().what;
  const auto edit = edit_entries(*config, moves);
  if (!edit) return "error: " + edit.error().what;
  if (edit->files.empty()) return lines;
  EXPECT_EQ(edit->files.size(), 1U);
  EXPECT_EQ(edit->files[0].old_text, head + lines);
  return edit->files[0].new_text.substr(head.size());
}

TEST(Edit, OnlyHostAndPortValuesChange) {
  EXPECT_EQ(edited("; c\napp =  dbname=x  host = blue port=5432 pool_size=3 \r\nother=host=blue\n",
                   {move_of("app", "blue", "5432", "green", "6000")}),
            "; c\napp =  dbname=x  host = green port=6000 pool_size=3 \r\nother=host=blue\n");
}

TEST(Edit, SeveralEntriesMoveAtOnce) {
  EXPECT_EQ(edited("a=host=blue\nb=host=blue\nc=host=reader port=7",
                   {move_of("c", "reader", "7", "green2", "8"), move_of("a")}),
            "a=host=green\nb=host=blue\nc=host=green2 port=8");
}

TEST(Edit, QuotesStayWhereTheyWereAndComeWhereTheyMust) {
  EXPECT_EQ(edited("a=host='blue' dbname='it''s'", {move_of("a")}),
            "a=host='green' dbname='it''s'");
  EXPECT_EQ(edited("a=host=blue x=y", {move_of("a", "blue", "", "it's green", "")}),
            "a=host='it''s green' x=y");
}

TEST(Edit, AnAbsentPortIs5432AndIsWrittenOnlyWhenAnotherIsNeeded) {
  EXPECT_EQ(edited("a=host=blue x=y", {move_of("a", "blue", "", "green", "5432")}),
            "a=host=green x=y");
  EXPECT_EQ(edited("a=host=blue x=y", {move_of("a", "blue", "5432", "green", "6000")}),
            "a=host=green port=6000 x=y");
  EXPECT_EQ(edited("a=x=y host='blue'", {move_of("a", "blue", "5432", "blue", "6000")}),
            "a=x=y host='blue' port=6000");
  EXPECT_EQ(edited("a=host=blue port=6000", {move_of("a", "blue", "6000", "green", "")}),
            "a=host=green port=5432");
}

TEST(Edit, AnEntryWithoutHostGetsOne) {
  EXPECT_EQ(edited("a =\nb = host=x\n", {move_of("a", "", "")}), "a = host=green\nb = host=x\n");
  EXPECT_EQ(edited("a = ", {move_of("a", "", "", "green", "6")}), "a =  host=green port=6");
  EXPECT_EQ(edited("a = dbname='x' \n", {move_of("a", "", "", "green", "6")}),
            "a = dbname='x' host=green port=6 \n");
  EXPECT_EQ(edited("a = port=6 dbname=x", {move_of("a", "", "6", "green", "7")}),
            "a = port=7 dbname=x host=green");
}

TEST(Edit, TheByteThatPgBouncerDropsAfterAQuoteStaysDropped) {
  EXPECT_EQ(edited("a=host='blue'!dbname=x", {move_of("a", "blue", "", "green", "6")}),
            "a=host='green'!dbname=x port=6");
}

TEST(Edit, OnlyTheLastOfRepeatedParametersChanges) {
  EXPECT_EQ(edited("a=host=x host=blue port=1 port=2", {move_of("a", "blue", "2", "green", "3")}),
            "a=host=x host=green port=1 port=3");
}

TEST(Edit, OnlyTheDefinitionThatCountsChangesAndTheOtherIsNoted) {
  const auto config = load_databases("a=host=blue\na=host=blue dbname=x\n");
  const auto edit = edit_entries(*config, {move_of("a")});
  ASSERT_TRUE(edit) << edit.error().what;
  EXPECT_THAT(edit->files[0].new_text, HasSubstr("a=host=blue\na=host=green dbname=x\n"));
  EXPECT_THAT(edit->notes, ElementsAre(HasSubstr("/etc/main.ini:3: entry a is defined again at "
                                                 "/etc/main.ini:4")));
}

TEST(Edit, OnlyTheFileThatHoldsTheEntryChanges) {
  const auto config =
      load({{"/etc/main.ini", "[pgbouncer]\n[databases]\n%include a.ini\n%include b.ini\n"},
            {"/run/a.ini", "a=host=blue\n"},
            {"/run/b.ini", "b=host=blue"}});
  const auto edit = edit_entries(*config, {move_of("b")});
  ASSERT_TRUE(edit) << edit.error().what;
  ASSERT_EQ(edit->files.size(), 1U);
  EXPECT_EQ(edit->files[0].path, "/run/b.ini");
  EXPECT_EQ(edit->files[0].new_text, "b=host=green");
}

TEST(Edit, AMoveToWhereTheEntryIsChangesNothing) {
  const auto config = load_databases("a=host=blue\n");
  const auto edit = edit_entries(*config, {move_of("a", "blue", "", "blue", "5432")});
  ASSERT_TRUE(edit);
  EXPECT_THAT(edit->files, IsEmpty());
}

TEST(Edit, TheFallbackEntryMovesWhenItIsNamed) {
  EXPECT_EQ(edited("* = host=blue", {move_of("*")}), "* = host=green");
}

TEST(Edit, AListOfHostsMovesOnlyAsAWhole) {
  EXPECT_EQ(edited("a=host=b1,b2", {move_of("a", "b1,b2", "", "g1,g2", "")}), "a=host=g1,g2");
  EXPECT_THAT(edited("a=host=blue,b2", {move_of("a")}), HasSubstr("it is a list of hosts"));
}

TEST(Edit, WhatCannotBeMovedIsRefusedWithPlaceAndHint) {
  const struct {
    const char* lines;
    Move move;
    const char* message;
  } cases[] = {
      {"a=host=blue", move_of("b"), "/etc/main.ini: entry b is not in [databases]"},
      {"*=host=blue", move_of("b"), "/etc/main.ini: entry b is defined by * only"},
      {"x=\na=host=red", move_of("a"),
       "/etc/main.ini:4: entry a holds host=red port=5432, not host=blue port=5432"},
      {"a=host=blue port=1", move_of("a"), "/etc/main.ini:3: entry a holds host=blue port=1"},
      {"a=", move_of("a"), "/etc/main.ini:3: entry a holds no host port=5432"},
      {"a=host=green", move_of("a"), "it is where it should go already"},
      {"a=host=blue", move_of("a", "", ""), "not no host port=5432"},
      {"a=host=blue", move_of("a", "blue", "", "", ""), "cannot move to an empty host"},
      {"a=host=blue", move_of("a", "blue", "", "gr\neen", ""), "a line end"},
      {"a=host=blue", move_of("A"), "entry A is not in [databases]"},
  };
  for (const auto& bad : cases) {
    const auto config = load({{"/etc/main.ini", head + bad.lines}});
    ASSERT_TRUE(config) << bad.lines;
    const auto edit = edit_entries(*config, {bad.move});
    ASSERT_FALSE(edit) << bad.lines;
    EXPECT_THAT(edit.error().what, HasSubstr(bad.message));
    EXPECT_NE(edit.error().hint, "") << bad.lines;
  }
}

TEST(Edit, AnEntryNamedTwiceIsRefused) {
  EXPECT_THAT(edited("a=host=blue", {move_of("a"), move_of("a")}), HasSubstr("moved twice"));
}

/// Every effective entry that holds some host moves there and back.
void expect_round_trip(const std::string& lines) {
  const auto before = load({{"/etc/main.ini", head + lines}});
  ASSERT_TRUE(before) << before.error().what << "\n" << lines;
  std::vector<Move> there;
  std::vector<Move> back;
  for (const Entry& entry : effective_entries(*before)) {
    const bool has_port = find_parameter(entry.parameters, "port") != nullptr;
    if (entry.host.empty()) continue;
    const std::string port = has_port ? "6543" : "5432";
    there.push_back({entry.name, entry.host, entry.port, "green.internal", port});
    back.push_back({entry.name, "green.internal", port, entry.host, entry.port});
  }
  const auto edit = edit_entries(*before, there);
  ASSERT_TRUE(edit) << edit.error().what << "\n" << lines;
  if (edit->files.empty()) return;
  const auto after = load({{"/etc/main.ini", edit->files[0].new_text}});
  ASSERT_TRUE(after);
  const auto edit_back = edit_entries(*after, back);
  ASSERT_TRUE(edit_back) << edit_back.error().what;
  EXPECT_EQ(edit_back->files[0].new_text, head + lines);
}

TEST(Edit, EditingBackRestoresEveryByteOfGeneratedEntries) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string lines = testing::generated_entries(random);
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(lines));
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace cutover::ini
