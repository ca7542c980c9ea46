// The runbook's layout: pgbouncer.ini -> blue.pgbouncer.ini, green.pgbouncer.ini beside it.
#include "agent/ini/linked_pair.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "agent/ini/staging.h"
#include "tests/unit/ini/temporary_directory.h"

namespace cutover::ini {
namespace {

using cutover::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

const std::string blue_text = "[databases]\nmain = host=blue\n[pgbouncer]\nlogfile = l\n";
const std::string green_text =
    "; the green side\n[pgbouncer]\nlogfile = l\n[databases]\nmain=port=6000 host='green'\n";
const std::vector<Move> forward = {{"main", "blue", "", "green", "6000"}};
const std::vector<Move> backward = {{"main", "green", "6000", "blue", ""}};

class LinkedPairOnDisk : public ::testing::Test {
 protected:
  LinkedPairOnDisk() : ini_(here_ / "pgbouncer.ini") {
    here_.write("blue.pgbouncer.ini", blue_text);
    here_.write("green.pgbouncer.ini", green_text);
    fs::create_symlink("blue.pgbouncer.ini", ini_);
  }

  Result<SwitchPlan> plan(const std::vector<Move>& moves) const {
    return plan_switch(ini_, moves, here_.path());
  }

  TemporaryDirectory here_;
  std::string ini_;
};

TEST_F(LinkedPairOnDisk, TheSwitchReplacesTheLinkAndWritesNoFile) {
  const auto planned = plan(forward);
  ASSERT_TRUE(planned) << planned.error().what;
  ASSERT_TRUE(planned->link);
  EXPECT_TRUE(planned->files.empty());
  ASSERT_TRUE(apply(*planned).is_done());
  EXPECT_EQ(fs::read_symlink(ini_), "green.pgbouncer.ini");
  EXPECT_EQ(here_.read("blue.pgbouncer.ini"), blue_text);
  EXPECT_EQ(here_.read("green.pgbouncer.ini"), green_text);
  ASSERT_TRUE(apply(*planned).is_done());
  ASSERT_TRUE(revert(*planned).is_done());
  EXPECT_EQ(fs::read_symlink(ini_), "blue.pgbouncer.ini");
  EXPECT_THAT(here_.names(),
              ElementsAre("blue.pgbouncer.ini", "green.pgbouncer.ini", "pgbouncer.ini"));
}

TEST_F(LinkedPairOnDisk, ARollbackGoesTheOtherWay) {
  ASSERT_TRUE(apply(*plan(forward)).is_done());
  const auto planned = plan(backward);
  ASSERT_TRUE(planned) << planned.error().what;
  ASSERT_TRUE(apply(*planned).is_done());
  EXPECT_EQ(fs::read_symlink(ini_), "blue.pgbouncer.ini");
}

TEST_F(LinkedPairOnDisk, AGreenFileThatDiffersOtherwiseIsRefusedWithAHint) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"[pgbouncer]\nlogfile = l\n[databases]\nmain=host=other\n", "entry main would hold host"},
      {"[pgbouncer]\nlogfile = m\n[databases]\nmain=host=green port=6000\n", "setting logfile"},
      {"[pgbouncer]\nlogfile = l\n[databases]\nmain=host=green port=6000\nx=\n",
       "entry x would be"},
      {"[pgbouncer]\nlogfile = l\n[databases]\n", "entry main would be gone"},
      {"[pgbouncer\n", "a section without ]"},
  };
  for (const auto& bad : cases) {
    here_.write("green.pgbouncer.ini", bad.text);
    const auto planned = plan(forward);
    ASSERT_FALSE(planned) << bad.text;
    EXPECT_THAT(planned.error().what, HasSubstr("green.pgbouncer.ini"));
    EXPECT_THAT(planned.error().what, HasSubstr(bad.message));
    EXPECT_NE(planned.error().hint, "");
  }
}

TEST_F(LinkedPairOnDisk, AFileOfThePairThatChangesMeanwhileRefuses) {
  const auto planned = plan(forward);
  here_.write("green.pgbouncer.ini", green_text + "x = host=y\n");
  EXPECT_TRUE(apply(*planned).is_refused());
  EXPECT_EQ(fs::read_symlink(ini_), "blue.pgbouncer.ini");
}

TEST_F(LinkedPairOnDisk, ALinkThatLeadsElsewhereMeanwhileRefuses) {
  const auto planned = plan(forward);
  fs::remove(ini_);
  fs::create_symlink("third.ini", ini_);
  EXPECT_THAT(apply(*planned).detail, HasSubstr("leads to third.ini now"));
}

TEST_F(LinkedPairOnDisk, WithoutTheOtherFileTheFileBehindIsRewritten) {
  fs::remove(here_ / "green.pgbouncer.ini");
  const auto planned = plan(forward);
  ASSERT_TRUE(planned);
  EXPECT_FALSE(planned->link);
  ASSERT_TRUE(apply(*planned).is_done());
  EXPECT_THAT(here_.read("blue.pgbouncer.ini"), HasSubstr("main = host=green port=6000"));
  EXPECT_EQ(fs::read_symlink(ini_), "blue.pgbouncer.ini");
}

TEST_F(LinkedPairOnDisk, ThePairIsFoundThroughAChainAndAbsoluteTargets) {
  fs::create_directory(here_ / "etc");
  fs::create_symlink(here_ / "pgbouncer.ini", here_ / "etc/main.ini");
  const auto pair = find_linked_pair(here_ / "etc/main.ini");
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->link, ini_);
  fs::remove(ini_);
  fs::create_symlink(here_ / "green.pgbouncer.ini", ini_);
  EXPECT_EQ(find_linked_pair(ini_)->other, here_ / "blue.pgbouncer.ini");
}

TEST_F(LinkedPairOnDisk, OtherFilesAreNoPair) {
  EXPECT_FALSE(find_linked_pair(here_ / "blue.pgbouncer.ini"));
  EXPECT_FALSE(find_linked_pair(here_ / "none"));
  here_.write("blue-green.ini", blue_text);
  fs::create_symlink("blue-green.ini", here_ / "both.ini");
  EXPECT_FALSE(find_linked_pair(here_ / "both.ini"));
  fs::create_symlink("loop.ini", here_ / "loop.ini");
  EXPECT_FALSE(find_linked_pair(here_ / "loop.ini"));
}

TEST_F(LinkedPairOnDisk, TheLinksDirectoryIsTheOneThatMatters) {
  EXPECT_EQ(directory_problem(ini_), std::nullopt);
  EXPECT_THAT(here_.names(),
              ElementsAre("blue.pgbouncer.ini", "green.pgbouncer.ini", "pgbouncer.ini"));
}

}  // namespace
}  // namespace cutover::ini
