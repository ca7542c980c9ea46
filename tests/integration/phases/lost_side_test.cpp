// Where one side is gone for good, what docs/operations.md gives to type takes away all that the
// migration made on the other.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/integration/phases/catalogue.h"
#include "tests/support/eventually.h"
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

support::RigOptions small() {
  support::RigOptions options;
  options.blue_major = 15;
  options.durability = support::Durability::fast;
  return options;
}

void type(CutoverRig& rig, const std::string& place, const std::string& label) {
  support::ChildOptions psql{{support::cutover_program(), "--config", rig.config_path(), "psql",
                              place, "--", "-X", "-v", "ON_ERROR_STOP=1"}};
  psql.input = block_of_the_guide(label);
  const auto finished = support::run_program(psql, std::chrono::seconds(60));
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
}

void expect_no_reader_of_slots(CutoverRig& rig) {
  const std::string active = "SELECT count(*) FROM pg_replication_slots WHERE active";
  ASSERT_TRUE(support::eventually(std::chrono::seconds(20),
                                  [&] { return rig.blue().sql(active, "app").value() == "0"; }));
}

TEST(LostSide, NothingOfTheMigrationIsLeftOnBlueWhenGreenIsGone) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.blue_conninfo());
  rig.replicate();
  rig.green().kill9();
  expect_no_reader_of_slots(rig);
  type(rig, "blue", "green-is-gone");
  EXPECT_EQ(catalogue_of(rig.blue_conninfo()), before);
}

TEST(LostSide, NothingOfTheMigrationIsLeftOnGreenWhenBlueIsGone) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.green_conninfo());
  rig.replicate();
  rig.blue().kill9();
  type(rig, "green", "blue-is-gone");
  EXPECT_EQ(catalogue_of(rig.green_conninfo()), before);
}

TEST(LostSide, NothingOfTheMigrationIsLeftOnGreenWhenBlueIsGoneAfterTheCutover) {
  CutoverRig rig(small());
  const auto before = catalogue_of(rig.green_conninfo());
  rig.replicate();
  const auto moved = rig.cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(moved.exit_code, 0) << moved.output << moved.errors;
  rig.blue().kill9();
  type(rig, "green", "blue-is-gone-after-the-cutover");
  EXPECT_EQ(catalogue_of(rig.green_conninfo()), before);
}

}  // namespace
}  // namespace cutover::tests
