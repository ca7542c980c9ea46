// The proof must notice whatever else an edit could have changed.
#include "agent/ini/proof.h"

#include <gmock/gmock.h>

#include "tests/unit/ini/texts.h"

namespace cutover::ini {
namespace {

using ::testing::HasSubstr;

const std::vector<Move> moves = {{"app", "blue", "", "green", "6000"}};

const std::string before_text =
    "[pgbouncer]\npool_mode = transaction\n[databases]\n; note\napp = host=blue dbname=x\n"
    "other = host=blue password=hunter2\n[users]\nu = pool_mode=session\n";

std::string with(const std::string& old_part, const std::string& new_part) {
  std::string text = before_text;
  return text.replace(text.find(old_part), old_part.size(), new_part);
}

/// "" when proven, else what the proof says.
std::string verdict(const std::string& after_text, bool by_bytes = false) {
  const auto before = testing::load({{"/etc/main.ini", before_text}});
  const auto after = testing::load({{"/etc/main.ini", after_text}});
  EXPECT_TRUE(before.has_value() && after.has_value());
  const auto proven = by_bytes ? prove_other_bytes_kept(*before, *after, moves)
                               : prove_only_moved(*before, *after, moves);
  return proven ? "" : proven.error().what;
}

const std::string good = with("host=blue dbname=x", "host=green port=6000 dbname=x");

TEST(Proof, TheMoveItselfIsProven) {
  EXPECT_EQ(verdict(good), "");
  EXPECT_EQ(verdict(good, true), "");
}

TEST(Proof, OrderAndQuotesAndCommentsOfParametersMakeNoDifference) {
  EXPECT_EQ(verdict(with("host=blue dbname=x", "dbname='x' port='6000' host='green'")), "");
  EXPECT_EQ(verdict("; more\n" + good), "");
}

TEST(Proof, EveryOtherChangeIsNoticed) {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {before_text, "entry app would hold host blue, port 5432 instead of host green, port 6000"},
      {with("host=blue dbname=x", "host=green dbname=x"), "entry app would hold host green"},
      {with("host=blue dbname=x", "host=green port=6000 dbname=y"),
       "parameter dbname of entry app"},
      {with("host=blue dbname=x", "host=green port=6000"), "parameter dbname of entry app"},
      {with("host=blue dbname=x", "host=green port=6000 dbname=x user=u"), "parameter user"},
      {good + "[databases]\nnew = host=a\n", "entry new would be new"},
      {good + "[databases]\nother = host=green password=hunter2\n", "entry other would hold"},
      {good + "[databases]\nother = host=blue password=x\n", "parameter password of entry other"},
      {good + "[pgbouncer]\n", "setting pool_mode of [pgbouncer]"},
      {good + "u2 = pool_mode=session\n", "setting u2 of [users]"},
  };
  for (const auto& bad : cases) EXPECT_THAT(verdict(bad.text), HasSubstr(bad.message)) << bad.text;
}

TEST(Proof, AMissingEntryIsNoticed) {
  std::string text = good;
  text.erase(text.find("other = "), std::string("other = host=blue password=hunter2\n").size());
  EXPECT_THAT(verdict(text), HasSubstr("entry other would be gone"));
}

TEST(Proof, ByBytesEvenACommentCounts) {
  EXPECT_THAT(verdict(with("; note", "; nose"), true), HasSubstr("/etc/main.ini:4 would change"));
  EXPECT_THAT(verdict("\n" + good, true), HasSubstr("structure"));
}

TEST(Proof, NoMessageShowsAPassword) {
  EXPECT_THAT(verdict(good + "[databases]\nother = host=blue password=x\n"),
              ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace cutover::ini
