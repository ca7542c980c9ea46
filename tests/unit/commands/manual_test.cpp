// Manual pages and completions name everything --help names, and the shells take them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <utility>

#include "agent/command_line.h"
#include "agent/option_catalogue.h"
#include "common/manual/completion.h"
#include "common/manual/manual_page.h"
#include "controller/commands/command_line.h"
#include "controller/commands/command_line_words.h"
#include "controller/config/option_catalogue.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

std::string in_roff(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

void expect_everything(const CommandWords& words, const std::string& page) {
  for (const auto& option : words.options)
    for (const auto& name : option.names)
      EXPECT_NE(page.find(in_roff(name)), std::string::npos) << name;
  for (const auto& command : words.commands) {
    EXPECT_NE(page.find("\\fB" + in_roff(command.word) + "\\fR"), std::string::npos)
        << command.word;
    for (const auto& option : command.options)
      EXPECT_NE(page.find(in_roff(option.names.back())), std::string::npos) << command.word;
  }
}

TEST(Manual, OfAProgramNamesEveryCommandAndOption) {
  for (const auto& words : {command_line_words(), agent::command_line_words()}) {
    ASSERT_FALSE(words.commands.empty());
    ASSERT_FALSE(words.options.empty());
    expect_everything(words, to_manual(ProgramPage{words, "cutover 1", "What it does."}));
  }
}

TEST(Manual, OfAConfigurationNamesEveryKey) {
  for (const auto& options : {option_catalogue(), agent::option_catalogue()}) {
    const auto page = to_manual(ConfigPage{"x.toml", "what", "cutover 1", "Text.", options});
    for (const auto& option : options)
      EXPECT_NE(page.find("\\fB" + in_roff(option.name) + "\\fR"), std::string::npos)
          << option.name;
  }
}

TEST(Manual, EscapesWhatRoffTakesForItsOwn) {
  const auto page = to_manual(
      ConfigPage{"x.toml", "what", "cutover 1", ".begins with a dot\nand a \\ inside", {}});
  EXPECT_NE(page.find("\\&.begins"), std::string::npos);
  EXPECT_NE(page.find("a \\e inside"), std::string::npos);
}

/// What bash offers after `words`, the last one unfinished, one a line.
std::vector<std::string> offered(const CommandWords& program, const std::vector<std::string>& words,
                                 const std::string& directory) {
  const std::string script = directory + "/completion";
  support::write_file(script, to_bash_completion(program));
  std::string line;
  for (const auto& word : words) line += " '" + word + "'";
  const std::string text = ". " + script + "; cd " + directory + "; COMP_WORDS=(" + program.word +
                           line +
                           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); registered=$(complete -p " +
                           program.word + "); registered=${registered#*-F }; ${registered%% *}" +
                           "; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto finished = support::run_program({.argv = {"bash", "--norc", "-uc", text}});
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  std::vector<std::string> lines;
  std::istringstream stream(finished.output);
  for (std::string one; std::getline(stream, one);) lines.push_back(one);
  return lines;
}

TEST(BashCompletion, OffersCommandsThenTheirOptionsThenFiles) {
  const support::TemporaryDirectory directory("completion");
  const auto words = command_line_words();
  support::write_file(directory / "my.toml", "");
  const auto offers = [&](const std::vector<std::string>& typed) {
    return offered(words, typed, directory.path());
  };
  EXPECT_THAT(offers({"prep"}), testing::ElementsAre("prepare"));
  EXPECT_THAT(offers({"--no-dry-run", "rec"}), testing::ElementsAre("recover"));
  EXPECT_THAT(offers({"recover", "--for"}), testing::ElementsAre("--forward"));
  EXPECT_THAT(offers({"--config", "my"}), testing::ElementsAre("my.toml"));
  EXPECT_THAT(offers({"--config", "prepare", "rec"}), testing::ElementsAre("recover"));
  EXPECT_THAT(offers({"prepare", "--js"}), testing::ElementsAre("--json"));
}

TEST(BashCompletion, OffersTheAgentsCommandsAndOptionsToo) {
  const support::TemporaryDirectory directory("completion");
  const auto words = agent::command_line_words();
  support::write_file(directory / "agent.toml", "");
  const auto offers = [&](const std::vector<std::string>& typed) {
    return offered(words, typed, directory.path());
  };
  EXPECT_THAT(offers({""}), testing::IsSupersetOf({"connect", "doctor", "resume", "serve"}));
  EXPECT_THAT(offers({"--config", "agent.toml", "doc"}), testing::ElementsAre("doctor"));
  EXPECT_THAT(offers({"--con"}), testing::ElementsAre("--config"));
  EXPECT_THAT(offers({"--config", "ag"}), testing::ElementsAre("agent.toml"));
}

/// Where the shell is there: whether it takes the script.
void expect_accepted(const std::string& shell, const std::string& text) {
  const support::TemporaryDirectory directory("completion");
  support::write_file(directory / "script", text);
  const auto known = support::run_program({.argv = {"bash", "-c", "command -v " + shell}});
  if (known.exit_code != 0) GTEST_SKIP() << shell << " is not installed; scripts/setup installs it";
  const auto checked =
      support::run_program({.argv = {shell, "-n", (directory / "script").string()}});
  EXPECT_EQ(checked.exit_code, 0) << checked.errors << text;
}

TEST(ZshCompletion, IsAcceptedByZsh) {
  for (const auto& words : {command_line_words(), agent::command_line_words()})
    expect_accepted("zsh", to_zsh_completion(words));
}

TEST(FishCompletion, IsAcceptedByFish) {
  for (const auto& words : {command_line_words(), agent::command_line_words()})
    expect_accepted("fish", to_fish_completion(words));
}

/// As a shell would split it, as far as guides go: quotes, a comment, what stands for a value.
std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : line + " ") {
    if (quote == 0 && c == '#' && word.empty()) break;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && c == ' ') {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  return words;
}

/// What a document tells its reader to type: lines of its blocks, and what stands in backquotes.
std::vector<std::string> commands_in(const std::string& document) {
  std::vector<std::string> commands;
  std::istringstream lines(document);
  bool block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) block = !block;
    if (block && line.starts_with("cutover ")) commands.push_back(line);
    for (std::size_t at = 0; !block && (at = line.find("`cutover ", at)) != std::string::npos;) {
      const auto end = line.find('`', at + 1);
      commands.push_back(line.substr(at + 1, end - at - 1));
      at = end == std::string::npos ? line.size() : end + 1;
    }
  }
  return commands;
}

TEST(Documents, TellCommandsThatTheProgramUnderstands) {
  const std::filesystem::path root = CUTOVER_SOURCE_DIR;
  int commands = 0;
  for (const char* name : {"README.md", "docs/operations.md", "docs/jumpbox.md",
                           "docs/pgbouncer-host.md", "docs/application.md"}) {
    for (const auto& command : commands_in(support::read_file(root / name))) {
      auto words = shell_words(command);
      words.erase(words.begin());
      const auto parsed = parse_command_line(words);
      EXPECT_TRUE(parsed) << name << ": " << command << ": " << to_text(parsed.error());
      ++commands;
    }
  }
  EXPECT_GT(commands, 20);
}

}  // namespace
}  // namespace cutover
