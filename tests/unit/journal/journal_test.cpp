#include "controller/journal/journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "controller/journal/sqlite.h"
#include "controller/journal/state_directory.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

class JournalTest : public testing::Test {
 protected:
  const support::TemporaryDirectory made_;
  const std::filesystem::path directory_ = made_.path();
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

unsigned mode_of(const std::filesystem::path& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 0777u : 0;
}

TEST_F(JournalTest, InADirectoryOfAGroupTheGroupMayWriteWhoeverCameFirst) {
  ASSERT_EQ(chmod(directory_.c_str(), 02770), 0);
  const mode_t before = umask(077);
  auto journal = Journal::open(directory_);
  umask(before);
  ASSERT_TRUE(journal && journal->begin_run("run-1", "cutover"));
  for (const char* name : {"journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"})
    EXPECT_EQ(mode_of(directory_ / name), 0660u) << name;
}

TEST_F(JournalTest, ElsewhereItBelongsToWhoMadeIt) {
  const mode_t before = umask(022);
  auto journal = Journal::open(directory_);
  umask(before);
  ASSERT_TRUE(journal && journal->begin_run("run-1", "cutover"));
  EXPECT_EQ(mode_of(directory_ / "journal.sqlite"), 0644u);
}

TEST_F(JournalTest, AJournalThatIsNoneIsSaidBeforeARunAndWhatToDo) {
  EXPECT_TRUE(expect_journal(directory_));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "journal.sqlite"));
  std::ofstream(directory_ / "journal.sqlite") << "not a database, but long enough to look at it";
  const auto found = expect_journal(directory_);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("not a database"), std::string::npos) << found.error().what;
  EXPECT_NE(found.error().hint.find("move it away"), std::string::npos);
}

TEST_F(JournalTest, ADamagedPageIsFoundToo) {
  {
    auto journal = Journal::open(directory_);
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(journal->begin_run("run-" + std::to_string(i), std::string(100, 'x')));
  }
  ASSERT_TRUE(expect_journal(directory_));
  std::fstream file(directory_ / "journal.sqlite", std::ios::in | std::ios::out);
  file.seekp(2 * 4096).write(std::string(4096, '\x7f').data(), 4096);
  file.close();
  EXPECT_FALSE(expect_journal(directory_));
}

TEST_F(JournalTest, WhatARunDoesNotNeedKeepsNoRunButTheDoctorSeesIt) {
  std::ofstream(directory_ / "verify.sqlite") << "not a database, but long enough to look at it";
  EXPECT_TRUE(expect_journal(directory_));
  EXPECT_FALSE(expect_usable(directory_));
}

/// Root may write everywhere: for the test it is nobody for a moment.
struct AsOrdinaryUser {
  AsOrdinaryUser() { static_cast<void>(seteuid(getuid() == 0 ? 65534 : getuid())); }
  ~AsOrdinaryUser() { static_cast<void>(seteuid(getuid())); }
};

TEST_F(JournalTest, AJournalOfAnotherUserIsSaidBeforeARun) {
  ASSERT_TRUE(Journal::open(directory_));
  ASSERT_EQ(chmod(directory_.c_str(), 0777), 0);
  ASSERT_EQ(chmod((directory_ / "journal.sqlite").c_str(), 0444), 0);
  const AsOrdinaryUser ordinary;
  const auto found = expect_journal(directory_);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().hint.find("another user"), std::string::npos) << to_text(found.error());
}

TEST_F(JournalTest, AWriterAtThisMomentIsNoReasonAgainstARun) {
  ASSERT_TRUE(Journal::open(directory_));
  const auto busy = sqlite::Database::open_in(directory_, "journal.sqlite", {});
  ASSERT_TRUE(busy && busy->execute("BEGIN IMMEDIATE"));
  EXPECT_TRUE(expect_journal(directory_));
}

TEST_F(JournalTest, TextFromServersIsKeptByteForByte) {
  auto journal = Journal::open(directory_);
  const std::string odd = "it's \"quoted\"; DROP TABLE run; --\n\xC3\xA9";
  ASSERT_TRUE(journal->begin_run("run-1", odd));
  EXPECT_EQ(journal->runs()->front().command, odd);
}

}  // namespace
}  // namespace cutover
