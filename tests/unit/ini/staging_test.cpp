// Switching files on disk: planned against what is there, applied and reverted in any state a crash
// can leave, never over somebody else's edit.
#include "agent/ini/staging.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/ini/temporary_directory.h"

namespace cutover::ini {
namespace {

using cutover::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

const std::string main_text =
    "; ours\r\n[databases]\nmain = host=blue password=hunter2\n%include more.ini\n"
    "[pgbouncer]\nlogfile=l";
const std::string more_text = "more = host=blue port=5432\n";
const std::vector<Move> both = {{"main", "blue", "", "green", ""},
                                {"more", "blue", "", "green", "6000"}};

class Staging : public ::testing::Test {
 protected:
  Staging() : ini_(here_.write("pgbouncer.ini", main_text)) { here_.write("more.ini", more_text); }

  Result<SwitchPlan> plan() const { return plan_switch(ini_, both, here_.path()); }

  void expect_texts(const std::string& host, const std::string& port) const {
    EXPECT_THAT(here_.read("pgbouncer.ini"), HasSubstr("main = host=" + host + " password"));
    EXPECT_EQ(here_.read("more.ini"), "more = host=" + host + " port=" + port + "\n");
  }

  TemporaryDirectory here_;
  std::string ini_;
};

TEST_F(Staging, PlanningWritesNothing) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_EQ(planned->files.size(), 2U);
  EXPECT_FALSE(planned->link);
  expect_texts("blue", "5432");
  EXPECT_TRUE(is_reverted(*planned));
  EXPECT_FALSE(is_applied(*planned));
  EXPECT_THAT(here_.names(), ElementsAre("more.ini", "pgbouncer.ini"));
}

TEST_F(Staging, ApplyingAndRevertingGivesBackEveryByte) {
  const auto planned = plan();
  ASSERT_TRUE(apply(*planned).is_done());
  expect_texts("green", "6000");
  EXPECT_TRUE(is_applied(*planned));
  ASSERT_TRUE(revert(*planned).is_done());
  EXPECT_EQ(here_.read("pgbouncer.ini"), main_text);
  EXPECT_EQ(here_.read("more.ini"), more_text);
  EXPECT_THAT(here_.names(), ElementsAre("more.ini", "pgbouncer.ini"));
}

TEST_F(Staging, ApplyingTwiceIsAsGoodAsOnce) {
  const auto planned = plan();
  ASSERT_TRUE(apply(*planned).is_done());
  ASSERT_TRUE(apply(*planned).is_done());
  expect_texts("green", "6000");
  ASSERT_TRUE(revert(*planned).is_done());
  ASSERT_TRUE(revert(*planned).is_done());
  expect_texts("blue", "5432");
}

TEST_F(Staging, WhatACrashLeftHalfDoneIsFinishedOrTakenBack) {
  const auto planned = plan();
  for (std::size_t done = 0; done <= planned->files.size(); ++done) {
    SwitchPlan half = *planned;
    half.files.resize(done);
    ASSERT_TRUE(apply(half).is_done());
    here_.write(".more.ini.cutover-new", "more = ho");
    ASSERT_TRUE(apply(*planned).is_done());
    expect_texts("green", "6000");

    SwitchPlan rest = *planned;
    rest.files.erase(rest.files.begin(), rest.files.begin() + static_cast<std::ptrdiff_t>(done));
    ASSERT_TRUE(revert(rest).is_done());
    ASSERT_TRUE(revert(*planned).is_done());
    expect_texts("blue", "5432");
  }
}

TEST_F(Staging, WhatIsWrittenAheadOnlyNeedsToBeRenamed) {
  ASSERT_EQ(::chmod(ini_.c_str(), 0640), 0);
  const auto planned = plan();
  ASSERT_TRUE(write_ahead(*planned));
  expect_texts("blue", "5432");
  struct stat ahead {};
  ASSERT_EQ(::stat((here_ / ".pgbouncer.ini.cutover-new").c_str(), &ahead), 0);
  ASSERT_TRUE(apply(*planned).is_done());
  expect_texts("green", "6000");
  struct stat found {};
  ASSERT_EQ(::stat(ini_.c_str(), &found), 0);
  EXPECT_EQ(found.st_ino, ahead.st_ino);
  EXPECT_EQ(found.st_mode & 07777, 0640U);
  EXPECT_THAT(here_.names(), ElementsAre("more.ini", "pgbouncer.ini"));
}

TEST_F(Staging, AnotherTextWrittenAheadIsNeverUsed) {
  const auto planned = plan();
  ASSERT_TRUE(write_ahead(*planned));
  here_.write(".more.ini.cutover-new", "more = host=elsewhere\n");
  ASSERT_TRUE(apply(*planned).is_done());
  expect_texts("green", "6000");
}

TEST_F(Staging, WhatIsWrittenAheadCanBeTakenBack) {
  const auto planned = plan();
  ASSERT_TRUE(write_ahead(*planned));
  ASSERT_TRUE(remove_written_ahead(*planned));
  EXPECT_THAT(here_.names(), ElementsAre("more.ini", "pgbouncer.ini"));
}

TEST_F(Staging, AForeignEditRefusesBeforeAnythingIsWritten) {
  const auto planned = plan();
  here_.write("more.ini", more_text + "; hello\n");
  const Outcome outcome = apply(*planned);
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_THAT(outcome.detail, HasSubstr("more.ini changed since the switch was planned"));
  EXPECT_NE(outcome.hint, "");
  EXPECT_EQ(here_.read("pgbouncer.ini"), main_text);
  EXPECT_EQ(here_.read("more.ini"), more_text + "; hello\n");
}

TEST_F(Staging, AFailureHalfWayPutsBackWhatWasWritten) {
  fs::create_directory(here_ / "sub");
  here_.write("sub/more.ini", more_text);
  here_.write("pgbouncer.ini",
              "[databases]\nmain = host=blue password=x\n%include sub/more.ini\n"
              "[pgbouncer]\n");
  const std::string before = here_.read("pgbouncer.ini");
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  fs::create_directory(here_ / "sub/.more.ini.cutover-new");  // cannot be unlinked nor opened
  const Outcome outcome = apply(*planned);
  EXPECT_TRUE(outcome.is_refused()) << outcome.detail;
  EXPECT_EQ(here_.read("pgbouncer.ini"), before);
  EXPECT_EQ(here_.read("sub/more.ini"), more_text);
  EXPECT_THAT(why_it_cannot_be_applied(*planned).value().what, HasSubstr("cannot create"));
}

TEST_F(Staging, ALinkStaysAndTheFileBehindItIsRewritten) {
  here_.write("real/actual.ini", main_text);
  fs::remove(ini_);
  fs::create_symlink("real/actual.ini", ini_);
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_EQ(planned->files[0].path, ini_);
  EXPECT_EQ(planned->files[0].real_path, here_ / "real/actual.ini");
  ASSERT_TRUE(apply(*planned).is_done());
  EXPECT_EQ(fs::read_symlink(ini_), "real/actual.ini");
  EXPECT_THAT(here_.read("real/actual.ini"), HasSubstr("host=green"));
  EXPECT_THAT(here_.names("real"), ElementsAre("actual.ini"));
}

TEST_F(Staging, ALinkThatLeadsElsewhereMeanwhileRefuses) {
  here_.write("real.ini", main_text);
  here_.write("copy.ini", main_text);
  fs::remove(ini_);
  fs::create_symlink("real.ini", ini_);
  const auto planned = plan();
  fs::remove(ini_);
  fs::create_symlink("copy.ini", ini_);
  EXPECT_THAT(apply(*planned).detail, HasSubstr("leads to"));
}

TEST_F(Staging, TheModeIsKept) {
  ASSERT_EQ(::chmod(ini_.c_str(), 0640), 0);
  ASSERT_TRUE(apply(*plan()).is_done());
  struct stat found {};
  ASSERT_EQ(::stat(ini_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0640U);
}

TEST_F(Staging, OneFileUnderTwoNamesIsRefused) {
  fs::create_symlink("more.ini", here_ / "alias.ini");
  here_.write("pgbouncer.ini",
              "[databases]\n%include alias.ini\nmain=host=blue\n%include more.ini\n[pgbouncer]\n");
  const auto planned = plan();
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().what, HasSubstr("are one file, included twice"));
}

TEST_F(Staging, MovesToWhereTheEntriesAreMakeAnEmptyPlan) {
  const auto planned = plan_switch(ini_, {{"main", "blue", "", "blue", ""}}, here_.path());
  ASSERT_TRUE(planned);
  EXPECT_TRUE(planned->is_empty());
  EXPECT_TRUE(apply(*planned).is_done());
  EXPECT_EQ(diff_of(*planned), "");
}

TEST_F(Staging, TheDiffShowsEveryFileAndNoPassword) {
  const std::string diff = diff_of(*plan());
  EXPECT_THAT(diff, HasSubstr("-main = host=blue password=***\n+main = host=green password=***\n"));
  EXPECT_THAT(diff, HasSubstr("-more = host=blue port=5432\n+more = host=green port=6000\n"));
  EXPECT_THAT(diff, Not(HasSubstr("hunter2")));
}

TEST_F(Staging, AMissingFileIsAnError) {
  EXPECT_FALSE(plan_switch(here_ / "none.ini", both, here_.path()));
  const auto problem = directory_problem(here_ / "none.ini");
  ASSERT_TRUE(problem.has_value());
  EXPECT_THAT(problem->what, HasSubstr("cannot find"));
  EXPECT_THAT(problem->hint, HasSubstr("path is right"));
  EXPECT_EQ(directory_problem(ini_), std::nullopt);
}

}  // namespace
}  // namespace cutover::ini
