#include "controller/commands/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/commands/command_line_words.h"
#include "controller/commands/phase_wishes_of.h"

namespace cutover {
namespace {

using testing::HasSubstr;

std::string help_of(const std::vector<std::string>& arguments) {
  return std::get<TextOnly>(*parse_command_line(arguments)).text;
}

CommandLine parsed(const std::vector<std::string>& arguments) {
  const auto result = parse_command_line(arguments);
  EXPECT_TRUE(result) << (result ? "" : to_text(result.error()));
  return result && std::holds_alternative<CommandLine>(*result) ? std::get<CommandLine>(*result)
                                                                : CommandLine{};
}

TEST(CommandLine, WithoutACommandItIsTheCutoverAndADryRun) {
  const auto line = parsed({});
  EXPECT_EQ(line.command, CommandName::cutover);
  EXPECT_TRUE(line.dry_run);
}

TEST(CommandLine, ActsOnlyWhenTold) {
  EXPECT_FALSE(parsed({"--no-dry-run"}).dry_run);
  EXPECT_TRUE(parsed({"--dry-run"}).dry_run);
  EXPECT_FALSE(parse_command_line({"--dry-run", "--no-dry-run"}));
}

TEST(CommandLine, OptionsGoBeforeOrAfterTheCommand) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"--config", "/c.toml", "--json", "--yes", "--no-dry-run", "prepare"},
           {"prepare", "--config", "/c.toml", "--json", "--yes", "--no-dry-run"},
           {"--json", "prepare", "--config=/c.toml", "--no-dry-run", "--yes"}}) {
    const auto line = parsed(arguments);
    EXPECT_EQ(line.command, CommandName::prepare);
    EXPECT_EQ(line.config_path, "/c.toml");
    EXPECT_TRUE(line.json);
    EXPECT_TRUE(line.yes);
    EXPECT_FALSE(line.dry_run);
  }
}

TEST(CommandLine, EveryCommandOfTheTableIsParsed) {
  for (const auto& info : command_table()) {
    if (info.word.empty()) continue;
    std::vector<std::string> words{info.word};
    if (info.name == CommandName::psql) words.emplace_back("blue");
    EXPECT_EQ(parsed(words).command, info.name) << info.word;
  }
}

TEST(CommandLine, WhatItDoesNotKnowIsAnErrorThatNamesIt) {
  for (const char* wrong : {"--forse", "cutofer", "--json=maybe"}) {
    const auto result = parse_command_line({wrong});
    ASSERT_FALSE(result) << wrong;
    EXPECT_FALSE(result.error().hint.empty());
  }
  EXPECT_NE(parse_command_line({"--forse"}).error().what.find("--forse"), std::string::npos);
}

TEST(CommandLine, RecoveryGoesOneWayOnly) {
  EXPECT_EQ(parsed({"recover", "--forward"}).recovery_wish, RecoveryWish::forward);
  EXPECT_EQ(parsed({"recover", "--back"}).recovery_wish, RecoveryWish::back);
  EXPECT_EQ(parsed({"recover"}).recovery_wish, RecoveryWish::none);
  EXPECT_FALSE(parse_command_line({"recover", "--forward", "--back"}));
  EXPECT_FALSE(parse_command_line({"prepare", "--forward"}));
}

Result<PhaseWishes> wishes_of(const std::vector<std::string>& arguments) {
  return phase_wishes_of(std::get<CommandLine>(parse_command_line(arguments).value()).options);
}

TEST(CommandLine, APhaseIsToldWhatItsOptionsAsk) {
  EXPECT_EQ(wishes_of({"seed", "--copy", "--jobs", "8"})->seed.jobs, 8);
  EXPECT_EQ(wishes_of({"seed", "--lsn", "0/1"})->seed.lsn, "0/1");
  EXPECT_EQ(wishes_of({"prepare", "--refuse-ddl"})->ddl_guard, DdlGuard::refuses);
  EXPECT_EQ(wishes_of({"finish"})->finish.watch, std::chrono::seconds(30));
  const auto finish = wishes_of({"finish", "--watch", "2min", "--lift-fence"});
  EXPECT_EQ(finish->finish.watch, std::chrono::minutes(2));
  EXPECT_EQ(finish->finish.fence, FenceAtEnd::lifted);
}

TEST(CommandLine, WaysOfSeedingExcludeEachOther) {
  EXPECT_FALSE(wishes_of({"seed", "--copy", "--lsn", "0/1"}));
  EXPECT_FALSE(wishes_of({"seed", "--lsn", "0/1", "--log", "green.log"}));
  EXPECT_FALSE(wishes_of({"finish", "--watch", "1"}));
}

TEST(CommandLine, WhatCannotBeASeedIsSaidBeforeAnythingIsContacted) {
  EXPECT_FALSE(wishes_of({"seed", "--lsn", "zz"}));
  EXPECT_FALSE(parse_command_line({"seed", "--lsn="}));
  const auto unread = wishes_of({"seed", "--log", "/nonexistent"});
  ASSERT_FALSE(unread);
  EXPECT_NE(unread.error().what.find("/nonexistent"), std::string::npos);
  EXPECT_EQ(wishes_of({"seed", "--log", "/proc/self/status"})->seed.log, "/proc/self/status");
}

TEST(CommandLine, HelpAndVersionAreTextNotErrors) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--help"}, {"--version"}, {"recover", "--help"}}) {
    const auto result = parse_command_line(arguments);
    ASSERT_TRUE(result);
    ASSERT_TRUE(std::holds_alternative<TextOnly>(*result));
    EXPECT_FALSE(std::get<TextOnly>(*result).text.empty());
  }
}

TEST(CommandLine, HelpNamesEveryCommand) {
  const auto text = help_of({"--help"});
  for (const auto& info : command_table())
    if (!info.word.empty()) {
      EXPECT_THAT(text, HasSubstr("\n  " + info.word + " "));
    }
}

TEST(CommandLine, HelpOfACommandIsWhatOneTypes) {
  for (const auto& info : command_table()) {
    if (info.word.empty()) continue;
    const auto text = help_of({info.word, "--help"});
    EXPECT_THAT(text, HasSubstr("Usage: cutover " + info.word + " "));
    for (const char* shared : {"--config", "--json", "--yes", "--no-dry-run", "-v"})
      EXPECT_THAT(text, HasSubstr("\n  " + std::string(shared))) << info.word;
  }
}

TEST(CommandLine, HelpShowsNoStateOfAFlag) {
  EXPECT_THAT(help_of({"--help"}), testing::Not(HasSubstr("{false}")));
}

TEST(CommandLine, AMisuseIsReportedUnderItsCommand) {
  EXPECT_EQ(label_in({"status", "--json", "--bogus"}), "status");
  EXPECT_EQ(label_in({"--json", "status", "report"}), "status");
  EXPECT_EQ(label_in({"--json", "--bogus"}), "cutover");
}

TEST(CommandLine, VerbosityCanBeGivenTwice) {
  EXPECT_EQ(parsed({"-v"}).verbosity, 1);
  EXPECT_EQ(parsed({"-q"}).verbosity, -1);
}

TEST(CommandLine, ANumberIsWholeAndAtLeastOne) {
  for (const char* text : {"0", "-1", "1.5", "2x", "", "99999999999999999999"})
    EXPECT_FALSE(parse_command_line({"verify", "--jobs", text})) << text;
  const auto parsed = parse_command_line({"verify", "--jobs", "99999"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(jobs_wanted(std::get<CommandLine>(*parsed)), 64U);
}

TEST(CommandLine, ItsWordsAreTheTable) {
  const auto words = command_line_words();
  std::vector<std::string> listed;
  for (const auto& command : words.commands) listed.push_back(command.word);
  for (const auto& info : command_table()) {
    if (info.word.empty()) continue;
    EXPECT_THAT(listed, testing::Contains(info.word));
  }
  EXPECT_EQ(listed.size() + 1, command_table().size());
}

TEST(CommandLine, WhatFollowsTwoDashesIsForPsql) {
  const auto line = parsed({"psql", "green", "--", "-Atc", "SELECT 1"});
  EXPECT_EQ(line.psql_place, "green");
  EXPECT_EQ(line.psql_arguments, (std::vector<std::string>{"-Atc", "SELECT 1"}));
  EXPECT_FALSE(parse_command_line({"psql"}));
}

}  // namespace
}  // namespace cutover
