// The live display and `watch` on a real terminal, with real servers behind them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/integration/see/tmux.h"
#include "tests/support/eventually.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

FleetOptions small_fleet() {
  FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  return options;
}

support::TmuxOptions on_terminal(FleetUnderLoad& fleet, const std::vector<std::string>& arguments) {
  support::TmuxOptions options;
  options.argv = {support::cutover_program().string(), "--config",
                  fleet.rig().config_path().string()};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.environment["PGPASSFILE"] = (fleet.rig().config_path().parent_path() / "pgpass").string();
  options.environment["LC_ALL"] = "C.UTF-8";
  options.environment["NO_COLOR"] = "";
  return options;
}

/// For the documentation, where $CUTOVER_SCREENS names a directory.
void keep_text(const std::string& text, const std::string& name) {
  const char* const directory = std::getenv("CUTOVER_SCREENS");
  if (directory != nullptr) std::ofstream(std::string(directory) + "/" + name) << text;
}

void keep_screen(const support::Tmux& tmux, const std::string& name) {
  keep_text(tmux.styled(), name);
}

/// Every colour that the screen asks for; attributes and the terminal's own colours are none.
std::set<int> colors_in(const std::string& styled) {
  std::set<int> colors;
  static const std::regex sequence("\x1b\\[([0-9;:]*)m");
  static const std::regex number("[0-9]+");
  for (std::sregex_iterator at(styled.begin(), styled.end(), sequence), end; at != end; ++at) {
    const std::string parameters = (*at)[1];
    for (std::sregex_iterator one(parameters.begin(), parameters.end(), number); one != end;
         ++one) {
      const int code = std::stoi(one->str());
      const int shade = code % 10;
      const bool is_set = (code / 10 >= 3 && code / 10 <= 4) || code / 10 >= 9;
      if (is_set && shade != 9) colors.insert(code);
    }
  }
  return colors;
}

TEST(Terminal, WatchShowsBothSidesAndObeysItsKeysAndTheSizeOfTheScreen) {
  FleetUnderLoad fleet(small_fleet());
  support::Tmux tmux(on_terminal(fleet, {"watch", "--interval", "0.5"}));
  for (const char* part : {"BLUE 15", "GREEN 17", "blue serves", "bouncer-2", "rows/s", "q quit"})
    EXPECT_TRUE(tmux.shows(part, seconds(20))) << part << "\n" << tmux.screen();
  EXPECT_FALSE(colors_in(tmux.styled()).empty());
  EXPECT_TRUE(tmux.shows("process-1", seconds(10))) << tmux.screen();
  EXPECT_TRUE(tmux.shows("▁", seconds(10))) << tmux.screen();

  tmux.press("s");
  EXPECT_TRUE(tmux.shows("s sort: clients", seconds(5))) << tmux.screen();
  tmux.press("p");
  EXPECT_TRUE(tmux.shows("HELD STILL", seconds(5))) << tmux.screen();
  tmux.press("p");
  for (const char* key : {"/", "n", "o", "n", "e", "Enter"}) tmux.press(key);
  EXPECT_TRUE(tmux.shows("filter: none", seconds(5))) << tmux.screen();
  EXPECT_THAT(tmux.screen(), Not(HasSubstr("process-1")));
  tmux.press("Escape");
  EXPECT_TRUE(tmux.shows("process-1", seconds(5))) << tmux.screen();

  tmux.resize(120, 40);
  EXPECT_TRUE(tmux.shows("process-1", seconds(5))) << tmux.screen();
  keep_screen(tmux, "watch.ansi");
  tmux.resize(40, 12);
  EXPECT_TRUE(tmux.shows("BLUE 15", seconds(5))) << tmux.screen();
  tmux.press("q");
  EXPECT_EQ(tmux.wait(seconds(10)), 0) << tmux.screen();
}

TEST(Terminal, NoColorIsRespectedAndWithoutUtf8TheScreenIsAscii) {
  FleetUnderLoad fleet(small_fleet());
  auto options = on_terminal(fleet, {"watch"});
  options.environment["NO_COLOR"] = "1";
  options.environment["LC_ALL"] = "C";
  support::Tmux tmux(options);
  ASSERT_TRUE(tmux.shows("blue serves", seconds(20))) << tmux.screen();
  EXPECT_EQ(colors_in(tmux.styled()), std::set<int>());
  EXPECT_THAT(tmux.styled(), HasSubstr("\x1b[")) << "attributes are no colours";
  for (const char byte : tmux.screen()) EXPECT_LT(static_cast<unsigned char>(byte), 0x80);
  tmux.press("q");
  EXPECT_EQ(tmux.wait(seconds(10)), 0) << tmux.screen();
}

/// A run stands at its hook until it is told what the hook prints.
class GatedHook {
 public:
  GatedHook() : directory_("hook"), gate_(directory_ / "gate") {
    if (mkfifo(gate_.c_str(), 0600) != 0) throw std::runtime_error("no fifo " + gate_);
  }
  FleetOptions fleet() const {
    auto options = small_fleet();
    options.rig.more_config =
        "[hooks]\nbefore_pause = [\"/bin/sh\", \"-c\", \"cat " + gate_ + " >&2\"]\n";
    return options;
  }
  void open(const std::string& text) const { std::ofstream(gate_) << text; }

 private:
  support::TemporaryDirectory directory_;
  std::string gate_;
};

TEST(Terminal, ARunIsShownLiveAndLeavesPlainLinesBehind) {
  const GatedHook hook;
  FleetUnderLoad fleet(hook.fleet());
  support::Tmux tmux(on_terminal(fleet, {"--no-dry-run", "--yes"}));
  for (const char* part :
       {"attempt 1 of 10", "pause     not yet", "bouncer-1", "lag       ", "now  "})
    EXPECT_TRUE(tmux.shows(part, seconds(40))) << part << "\n" << tmux.screen();
  hook.open("hook ran\n");
  EXPECT_EQ(tmux.wait(seconds(60)), 0) << tmux.with_history();
  const auto left_behind = tmux.with_history();
  for (const char* part : {"writes were held for", "outcome: done", "done  decide", "hook ran"})
    EXPECT_THAT(left_behind, HasSubstr(part));
  EXPECT_TRUE(fleet.all_on_green());
  const std::string plot = fleet.rig().state_directory() / "pause.svg";
  const auto reported = fleet.rig().cutover({"report", "--output", plot});
  EXPECT_EQ(reported.exit_code, 0) << reported.errors;
  std::ostringstream svg;
  svg << std::ifstream(plot).rdbuf();
  for (const char* part : {"<svg", "clients wait: ", ">decide<", ">switch<"})
    EXPECT_THAT(svg.str(), HasSubstr(part));
  keep_text(svg.str(), "pause.svg");
  const auto verdict = fleet.verdict();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

/// Ctrl-S stops what is written to a terminal: whoever writes waits, and that must not be the run.
TEST(Terminal, OneThatIsStoppedHoldsUpNoRun) {
  const GatedHook hook;
  FleetUnderLoad fleet(hook.fleet());
  auto options = on_terminal(fleet, {"--no-dry-run", "--yes"});
  for (const char* word : {"TERM=dumb", "env"})  // plain lines
    options.argv.insert(options.argv.begin(), word);
  support::Tmux tmux(options);
  ASSERT_TRUE(tmux.shows("done  arm", seconds(40))) << tmux.with_history();
  tmux.press("C-s");
  hook.open("go on\n");
  EXPECT_TRUE(support::eventually(seconds(40), [&] { return fleet.all_on_green(); }));
  EXPECT_THAT(tmux.with_history(), Not(HasSubstr("done  switch")));
  tmux.press("C-q");
  EXPECT_EQ(tmux.wait(seconds(60)), 0) << tmux.with_history();
  for (const char* part : {"writes were held for", "done  switch", "outcome: done"})
    EXPECT_THAT(tmux.with_history(), HasSubstr(part));
  const auto verdict = fleet.verdict();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

TEST(Terminal, WithoutATerminalARunPrintsPlainLinesAndWatchALineALook) {
  FleetUnderLoad fleet(small_fleet());
  auto watch = fleet.rig().start_cutover({"watch", "--interval", "0.5"});
  EXPECT_TRUE(support::eventually(
      seconds(20), [&] { return watch.output().find("bouncer-1: blue") != std::string::npos; }))
      << watch.output() << watch.errors();
  watch.signal(SIGTERM);
  EXPECT_EQ(watch.wait(seconds(10)), 0) << watch.errors();
  const auto finished = fleet.rig().cutover({"--no-dry-run", "--yes"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("outcome: done"));
  EXPECT_THAT(finished.output, Not(HasSubstr("\x1b")));
}

TEST(Terminal, TheTerminalIsGivenBackWhenTheWorkingProcessDies) {
  auto options = small_fleet();
  options.rig.more_config = "[hooks]\nbefore_pause = [\"/bin/sh\", \"-c\", \"kill -9 $PPID\"]\n";
  FleetUnderLoad fleet(options);
  support::Tmux tmux(on_terminal(fleet, {"--no-dry-run", "--yes"}));
  EXPECT_EQ(tmux.wait(seconds(60)), 3) << tmux.with_history();
  EXPECT_THAT(tmux.with_history(), HasSubstr("recovery brought every bouncer to blue"));
  EXPECT_TRUE(fleet.everyone_writes());
}

}  // namespace
}  // namespace cutover::tests
