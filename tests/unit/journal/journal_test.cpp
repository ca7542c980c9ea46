#include "controller/journal/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace cutover {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "cutover-journal-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
  RunState state_;
};

TEST_F(JournalTest, AStepIsReadableByOthersBeforeItIsTaken) {
  auto journal = Journal::open(directory_ / "made" / "here");
  ASSERT_TRUE(journal) << to_text(journal.error());
  ASSERT_TRUE(journal->begin_run("run-1", "cutover"));
  JournalListener(*journal, "run-1").on(StepBegan{"decide"}, state_);

  const auto reader = Journal::open(directory_ / "made" / "here");
  const auto entries = reader->entries("run-1");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().kind, "step began");
  EXPECT_EQ(entries->front().step, "decide");
}

TEST_F(JournalTest, ARunWhoseProcessDiedHasNoOutcome) {
  {
    auto journal = Journal::open(directory_);
    ASSERT_TRUE(journal->begin_run("run-1", "cutover"));
    ASSERT_TRUE(journal->begin_run("run-2", "cutover"));
    ASSERT_TRUE(journal->end_run("run-2", "done", 3, 0.041));
  }
  const auto journal = Journal::open(directory_);
  const auto runs = journal->runs();
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ(runs->at(0).run_id, "run-2");
  EXPECT_EQ(runs->at(0).outcome, "done");
  EXPECT_EQ(runs->at(0).attempts, 3u);
  EXPECT_DOUBLE_EQ(*runs->at(0).pause_seconds, 0.041);
  EXPECT_EQ(runs->at(1).outcome, std::nullopt);
}

TEST_F(JournalTest, TheSameRunCannotBeginTwice) {
  auto journal = Journal::open(directory_);
  ASSERT_TRUE(journal->begin_run("run-1", "cutover"));
  EXPECT_FALSE(journal->begin_run("run-1", "cutover"));
}

TEST_F(JournalTest, ADirectoryThatCannotBeMadeIsAnErrorWithAHint) {
  const auto journal = Journal::open("/proc/cutover-cannot-be-here");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().what.find("/proc/cutover-cannot-be-here"), std::string::npos);
  EXPECT_FALSE(journal.error().hint.empty());
}

TEST_F(JournalTest, TextFromServersIsKeptByteForByte) {
  auto journal = Journal::open(directory_);
  const std::string odd = "it's \"quoted\"; DROP TABLE run; --\n\xC3\xA9";
  ASSERT_TRUE(journal->begin_run("run-1", odd));
  EXPECT_EQ(journal->runs()->front().command, odd);
}

}  // namespace
}  // namespace cutover
