// Where one side is gone for good, what docs/operations.md gives to type takes away all that the
// migration made on the other.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/integration/phases/catalogue.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

using support::CutoverRig;

/// The block of the guide that opens with ```sql and `label`.
std::string block_of_the_guide(const std::string& label) {
  std::stringstream text;
  text << std::ifstream(CUTOVER_SOURCE_DIR "/docs/operations.md").rdbuf();
  const auto guide = text.str();
  const auto opening = "\n```sql " + label + "\n";
  const auto begin = guide.find(opening);
  if (begin == std::string::npos) throw std::runtime_error("no block " + label);
  const auto first = begin + opening.size();
  return guide.substr(first, guide.find("```", first) - first);
}

/// What the guide says of the other side: cutover for cutover_back and the other way round.
std::string with_the_names_of_the_other_way(const std::string& label) {
  const auto block = block_of_the_guide(label);
  std::string text;
  std::size_t done = 0;
  const std::regex name(
      "(SUBSCRIPTION |PUBLICATION |EXISTS |slot_name = '|slot\\(')cutover(_back)?");
  for (std::sregex_iterator each(block.begin(), block.end(), name), end; each != end; ++each) {
    text += block.substr(done, static_cast<std::size_t>(each->position()) - done);
    text += (*each)[1].str() + ((*each)[2].matched ? "cutover" : "cutover_back");
    done = static_cast<std::size_t>(each->position() + each->length());
  }
  return text + block.substr(done);
}

support::RigOptions small() {
  support::RigOptions options;
  options.blue_major = 15;
  options.durability = support::Durability::fast;
  return options;
}

void must(CutoverRig& rig, const std::string& command) {
  std::vector<std::string> line = {"--no-dry-run", "--yes"};
  if (command != "cutover") line.insert(line.begin(), command);
  const auto finished = rig.cutover(line);
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
}

void type(CutoverRig& rig, const std::string& place, const std::string& text) {
  support::ChildOptions psql{{support::cutover_program(), "--config", rig.config_path(), "psql",
                              place, "--", "-X", "-v", "ON_ERROR_STOP=1"}};
  psql.input = text;
  const auto finished = support::run_program(psql, std::chrono::seconds(60));
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
}

pid_t worker_of(const support::PostgresServer& green) {
  return std::stoi(green.sql("SELECT pid FROM pg_stat_subscription WHERE pid IS NOT NULL").value());
}

/// As the process of a host that has gone: its peers hear nothing, not even an end.
struct Stopped {
  explicit Stopped(pid_t process) : pid(process) { ::kill(pid, SIGSTOP); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() { ::kill(pid, SIGCONT); }
  pid_t pid;
};

TEST(LostSide, NothingOfTheMigrationIsLeftOnBlueWhenGreenHangsForGood) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.blue_conninfo());
  rig.replicate();
  const Stopped hung(worker_of(rig.green()));
  type(rig, "blue", block_of_the_guide("green-is-gone"));
  EXPECT_EQ(catalogue_of(rig.blue_conninfo()), before);
}

TEST(LostSide, NothingOfTheMigrationIsLeftOnGreenWhenBlueIsGone) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.green_conninfo());
  rig.replicate();
  rig.blue().kill9();
  type(rig, "green", with_the_names_of_the_other_way("green-is-gone-after-the-cutover"));
  EXPECT_EQ(catalogue_of(rig.green_conninfo()), before);
}

TEST(LostSide, NothingOfTheMigrationIsLeftOnGreenWhenBlueIsGoneAfterTheCutover) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.green_conninfo());
  rig.replicate();
  must(rig, "cutover");
  rig.blue().kill9();
  type(rig, "green", with_the_names_of_the_other_way("green-is-gone"));
  EXPECT_EQ(catalogue_of(rig.green_conninfo()), before);
}

TEST(LostSide, BlueTakesWritesAgainWhenGreenIsGoneAfterTheCutover) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.blue_conninfo());
  rig.replicate();
  must(rig, "cutover");
  rig.green().kill9();
  type(rig, "blue", block_of_the_guide("green-is-gone-after-the-cutover"));
  EXPECT_EQ(catalogue_of(rig.blue_conninfo()), before);
  EXPECT_NO_THROW(rig.blue().sql("INSERT INTO load.client VALUES (-1)", "app"));
}

TEST(LostSide, GreenTakesWritesAgainWhenBlueIsGoneAfterARollback) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.green_conninfo());
  rig.replicate();
  must(rig, "cutover");
  must(rig, "rollback");
  rig.blue().kill9();
  type(rig, "green", with_the_names_of_the_other_way("green-is-gone-after-the-cutover"));
  EXPECT_EQ(catalogue_of(rig.green_conninfo()), before);
  EXPECT_NO_THROW(rig.green().sql("INSERT INTO load.client VALUES (-1)", "app"));
}

}  // namespace
}  // namespace cutover::tests
