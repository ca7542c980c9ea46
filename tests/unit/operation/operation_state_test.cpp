// The checklist is ticked by the journal and by hand, and its values come from all that is known.
#include "controller/operation/operation_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

class Operation : public ::testing::Test {
 protected:
  Operation()
      : journal_(*Journal::open(directory_.path())),
        record_(*OperationRecord::open(directory_.path())) {
    DatabaseConfig database;
    database.name = "my app";
    database.blue = "host=blue.internal port=5432 dbname=app";
    database.green = "host=green.internal port=5432 dbname=app";
    config_.databases.push_back(database);
  }

  void ran(const std::string& id, const std::string& command, const std::string& outcome) {
    ASSERT_TRUE(journal_.begin_run(id, command));
    ASSERT_TRUE(journal_.end_run(id, outcome, 1, 0.042));
  }

  OperationState state() {
    auto state = operation_state(config_, journal_, record_);
    EXPECT_TRUE(state);
    return *state;
  }

  ItemState item(const std::string& id) {
    const auto all = state().items;
    return *std::find_if(all.begin(), all.end(),
                         [&](const auto& one) { return one.item.id == id; });
  }

  std::string value(const std::string& key) {
    for (const auto& one : state().values)
      if (one.value.key == key) return one.text;
    return "no such value";
  }

  support::TemporaryDirectory directory_;
  Journal journal_;
  OperationRecord record_;
  Config config_;
};

TEST_F(Operation, ACommandThatIsDoneTicksItsItem) {
  EXPECT_FALSE(item("analyze").done);
  ran("r1", "analyze", "refused");
  EXPECT_FALSE(item("analyze").done);
  EXPECT_NE(item("analyze").note.find("r1: refused"), std::string::npos);
  ran("r2", "analyze", "done");
  ran("r3", "analyze", "refused");
  EXPECT_TRUE(item("analyze").done);
  EXPECT_NE(item("analyze").note.find("r2: done"), std::string::npos);
}

TEST_F(Operation, ACutoverThatSwitchedIsDoneAlsoWhenALaterStepNeedsAttention) {
  ran("r1", "cutover", "aborted");
  EXPECT_FALSE(item("cutover").done);
  ran("r2", "cutover", "attention");
  EXPECT_TRUE(item("cutover").done);
  EXPECT_NE(item("cutover").note.find("pause 0.042 s"), std::string::npos);
}

TEST_F(Operation, AVerifyThatFoundDifferencesLaterUnticksItsItem) {
  ran("r1", "verify", "done");
  EXPECT_TRUE(item("verify").done);
  ran("r2", "verify", "refused");
  EXPECT_FALSE(item("verify").done);
  EXPECT_NE(item("verify").note.find("r2: refused"), std::string::npos);
  ran("r3", "verify", "done");
  EXPECT_TRUE(item("verify").done);
  ran("r4", "seed", "done");
  EXPECT_FALSE(item("verify").done) << "of another green";
}

TEST_F(Operation, ARollbackUnticksTheCutoverAndTheNextCutoverTicksItAgain) {
  ran("r1", "cutover", "done");
  ran("r2", "rollback", "refused");
  EXPECT_TRUE(item("cutover").done);
  ran("r3", "rollback", "attention");
  EXPECT_FALSE(item("cutover").done);
  EXPECT_NE(item("cutover").note.find("rollback, run r3"), std::string::npos);
  ran("r4", "cutover", "done");
  EXPECT_TRUE(item("cutover").done);
}

TEST_F(Operation, AFinishBeforeAnotherCutoverIsNotTheLast) {
  ran("r1", "finish", "done");
  EXPECT_TRUE(item("finish").done);
  ran("r2", "prepare", "done");
  EXPECT_FALSE(item("finish").done);
}

TEST_F(Operation, ARecoveryThatSwitchedTicksTheRunThatItFinished) {
  ran("r1", "cutover", "in_doubt");
  ran("r2", "recover", "done");
  EXPECT_FALSE(item("cutover").done) << "it went back";
  ASSERT_TRUE(journal_.begin_run("r3", "recover"));
  ASSERT_TRUE(journal_.append("r3", {{}, "step ended", "switch", "done", {}, {}}));
  ASSERT_TRUE(journal_.end_run("r3", "done", 1, {}));
  EXPECT_TRUE(item("cutover").done);
  EXPECT_NE(item("cutover").note.find("r3"), std::string::npos);
}

TEST_F(Operation, PeopleTickAndUntick) {
  ASSERT_TRUE(record_.tick("clone", "by Ann"));
  EXPECT_TRUE(item("clone").done);
  EXPECT_EQ(item("clone").note, "by Ann");
  EXPECT_FALSE(item("clone").at.empty());
  ASSERT_TRUE(record_.untick("clone"));
  EXPECT_FALSE(item("clone").done);
}

TEST_F(Operation, ValuesComeFromConfigurationJournalAndHandInThisOrder) {
  EXPECT_EQ(value("green-cluster-writer-host"), "green.internal:5432");
  ASSERT_TRUE(journal_.begin_run("r1", "seed"));
  ASSERT_TRUE(journal_.append("r1", {{}, "value", "my app green initial LSN", {}, "0/A", {}}));
  EXPECT_EQ(value("green-initial-lsn"), "0/A");
  ASSERT_TRUE(record_.set("green-initial-lsn", "0/B"));
  EXPECT_EQ(value("green-initial-lsn"), "0/B");
  ASSERT_TRUE(record_.set("a-key-of-ours", "x"));
  EXPECT_EQ(value("a-key-of-ours"), "x");
}

TEST_F(Operation, AHostWhoseNameBeginsAsAnothersIsNamedToo) {
  for (const char* host : {"db10", "db1", "db1"}) {
    BouncerConfig bouncer;
    bouncer.host = host;
    config_.bouncers.push_back(bouncer);
  }
  EXPECT_EQ(value("pgbouncer-host"), "db10, db1");
}

TEST(Checklist, EveryItemAndValueHasANameOfItsOwn) {
  std::set<std::string> ids;
  for (const auto& item : checklist()) EXPECT_TRUE(ids.insert(item.id).second) << item.id;
  for (const auto& one : checklist_values()) {
    EXPECT_TRUE(ids.insert(one.key).second) << one.key;
    EXPECT_EQ(one.key, key_of_label(one.label)) << "a journaled label finds its row";
  }
}

}  // namespace
}  // namespace cutover
