#include "common/toml/toml_file.h"

#include <gtest/gtest.h>

#include <functional>

namespace cutover {
namespace {

using namespace std::chrono_literals;

std::string problems_of(const std::string& text, const std::function<void(TomlTable)>& read) {
  const TomlFile file(text, "f.toml");
  read(file.root());
  const auto problems = file.problems();
  return problems ? to_text(*problems) : "";
}

TEST(TomlFile, EveryTypeIsRead) {
  const TomlFile file(R"(
t = "text"
b = true
n = 5
d = "2s"
s = "16kB"
c = "red"
l = ["a", "b"]
one = "x"
m = { "k.1" = "v" }
nm = { x = 3 }
[sub]
t = "inner"
[[list]]
t = "first"
[[list]]
t = "second"
)",
                      "f.toml");
  const auto root = file.root();
  EXPECT_EQ(root.text("t"), "text");
  EXPECT_EQ(root.required_text("t"), "text");
  EXPECT_TRUE(root.flag("b", false));
  EXPECT_EQ(root.number("n", 1), 5u);
  EXPECT_EQ(root.duration("d", 1ms), 2000ms);
  EXPECT_EQ(root.byte_size("s", 1), 16384u);
  EXPECT_EQ(root.one_of("c", {"red", "blue"}, "blue"), "red");
  EXPECT_EQ(root.texts("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(root.text_or_texts("one", {}), std::vector<std::string>{"x"});
  EXPECT_EQ(root.text_map("m"), (std::map<std::string, std::string>{{"k.1", "v"}}));
  EXPECT_EQ(root.number_map("nm"), (std::map<std::string, std::uint64_t>{{"x", 3}}));
  EXPECT_EQ(root.table("sub").text("t"), "inner");
  const auto list = root.tables("list");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].text("t"), "second");
  list[0].text("t");
  EXPECT_FALSE(file.problems());
}

TEST(TomlFile, WhatIsMissingHasItsDefault) {
  const TomlFile file("", "f.toml");
  const auto sub = file.root().table("sub");
  EXPECT_FALSE(sub.is_present());
  EXPECT_EQ(sub.text("t", "d"), "d");
  EXPECT_TRUE(sub.flag("b", true));
  EXPECT_EQ(sub.number("n", 7), 7u);
  EXPECT_EQ(sub.duration("d", 3s), 3000ms);
  EXPECT_EQ(sub.byte_size("s", 9), 9u);
  EXPECT_EQ(sub.text_or_texts("l", {"x"}), std::vector<std::string>{"x"});
  EXPECT_TRUE(sub.texts("l").empty());
  EXPECT_TRUE(sub.tables("t").empty());
  EXPECT_FALSE(file.problems());
}

TEST(TomlFile, AMissingKeyIsReportedAtItsTable) {
  EXPECT_EQ(problems_of("\n[a]\nx = \"1\"\n",
                        [](TomlTable root) {
                          root.table("a").text("x");
                          root.table("a").required_text("name");
                        }),
            "f.toml:2: a.name is missing\nhint: write name = \"…\"");
}

TEST(TomlFile, AWrongTypeSaysWhatIsWantedAndWhatIsThere) {
  EXPECT_EQ(problems_of("\nlease = 3", [](TomlTable root) { root.duration("lease", 2s); }),
            "f.toml:2: lease must be a length of time, and is a number\n"
            "hint: write lease = \"2s\"");
  EXPECT_EQ(problems_of("l = [1]", [](TomlTable root) { root.texts("l"); }),
            "f.toml:1: l must be a list of texts, and is a number\nhint: write l = [\"…\"]");
  EXPECT_EQ(
      problems_of("n = 1.5", [](TomlTable root) { root.number("n", 4); }),
      "f.toml:1: n must be a whole number, and is a number with a fraction\nhint: write n = 4");
  EXPECT_EQ(problems_of("b = \"yes\"", [](TomlTable root) { root.flag("b", true); }),
            "f.toml:1: b must be true or false, and is a text\nhint: write b = true");
  EXPECT_EQ(problems_of("sub = 1", [](TomlTable root) { root.table("sub").text("x"); }),
            "f.toml:1: sub must be a table, and is a number\n"
            "hint: write [sub] and its keys below");
  EXPECT_EQ(problems_of("[sub]\n", [](TomlTable root) { root.tables("sub"); }),
            "f.toml:1: sub must be a list of tables, and is a table\n"
            "hint: write [[sub]] and its keys below");
  EXPECT_EQ(problems_of("m = { a = 1 }", [](TomlTable root) { root.text_map("m"); }),
            "f.toml:1: m.a must be a text, and is a number\nhint: write a = \"…\"");
}

TEST(TomlFile, ANumberOutOfItsRangeIsAProblem) {
  const auto read = [](TomlTable root) { root.number("n", 10, {1, 20}); };
  EXPECT_EQ(problems_of("n = 0", read),
            "f.toml:1: n is 0, must be from 1 to 20\nhint: the default is 10");
  EXPECT_EQ(problems_of("n = 21", read),
            "f.toml:1: n is 21, must be from 1 to 20\nhint: the default is 10");
  EXPECT_EQ(problems_of("n = -1", [](TomlTable root) { root.number("n", 10); }),
            "f.toml:1: n is -1, must be at least 0\nhint: the default is 10");
  EXPECT_EQ(problems_of("n = 1\n", read), "");
  EXPECT_EQ(problems_of("n = 20\n", read), "");
}

TEST(TomlFile, ADurationOutOfItsRangeIsAProblem) {
  const auto read = [](TomlTable root) { root.duration("d", 3s, {500ms, 10s}); };
  EXPECT_EQ(problems_of("d = \"499ms\"", read),
            "f.toml:1: d is 499ms, must be from 500ms to 10s\nhint: the default is \"3s\"");
  EXPECT_EQ(problems_of("d = \"3\"", read),
            "f.toml:1: d: \"3\" is not a length of time\n"
            "hint: a whole number and ms, s, min, h or d, like \"500ms\"");
  EXPECT_EQ(problems_of("d = \"500ms\"", read), "");
}

TEST(TomlFile, AnUnknownChoiceListsTheChoices) {
  EXPECT_EQ(problems_of("c = \"green\"",
                        [](TomlTable root) {
                          root.one_of("c", {"red", "blue"}, "red");
                        }),
            "f.toml:1: c is \"green\"\nhint: use \"red\" or \"blue\"");
}

TEST(TomlFile, UnknownKeysAndTablesAreReportedWithASuggestion) {
  EXPECT_EQ(problems_of("[limits]\nleese = 1\nother = 2\n[limts]\n[[dtabase]]\n",
                        [](TomlTable root) {
                          root.table("limits").duration("lease", 3s);
                          root.tables("database");
                        }),
            "f.toml:2: unknown key \"limits.leese\"\nhint: did you mean \"lease\"?\n"
            "f.toml:3: unknown key \"limits.other\"\nhint: known here: lease\n"
            "f.toml:4: unknown table \"limts\"\nhint: did you mean \"limits\"?\n"
            "f.toml:5: unknown table \"dtabase\"\nhint: did you mean \"database\"?");
}

TEST(TomlFile, TextThatIsNoTomlIsReportedOnceWithItsLine) {
  const auto problems =
      problems_of("a = 1\nb = \n", [](TomlTable root) { root.required_text("name"); });
  EXPECT_TRUE(problems.starts_with("f.toml:2: not valid TOML: error while")) << problems;
  EXPECT_EQ(problems.find("missing"), std::string::npos) << problems;
}

TEST(TomlFile, AKeyGivenTwiceIsAProblem) {
  const auto problems = problems_of("a = 1\na = 2\n", [](TomlTable) {});
  EXPECT_TRUE(problems.starts_with("f.toml:2: not valid TOML:")) << problems;
}

TEST(TomlFile, AZeroByteIsNoText) {
  EXPECT_EQ(problems_of("t = \"a\\u0000b\"", [](TomlTable root) { root.text("t"); }),
            "f.toml:1: t holds a zero byte\nhint: remove the \\u0000");
}

TEST(TomlFile, AllProblemsAreReportedInTheOrderOfTheLines) {
  EXPECT_EQ(problems_of("zzz = 1\nb = 1\na = 1\n",
                        [](TomlTable root) {
                          root.problem_at("a", "a is odd", "");
                          root.text("b", "x");
                        }),
            "f.toml:1: unknown key \"zzz\"\nhint: known here: b\n"
            "f.toml:2: b must be a text, and is a number\nhint: write b = \"x\"\n"
            "f.toml:3: a is odd\n"
            "f.toml:3: unknown key \"a\"\nhint: known here: b");
}

TEST(TomlFile, TheKeysAskedForAreKnownByNameAndKind) {
  const TomlFile file("[[list]]\n", "f.toml");
  for (const auto& item : file.root().tables("list")) item.duration("d", 1s);
  EXPECT_EQ(file.keys_asked(), (std::vector<TomlKey>{{"list.d", "duration"}}));
}

}  // namespace
}  // namespace cutover
