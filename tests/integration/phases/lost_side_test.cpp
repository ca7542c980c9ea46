// Where one side is gone for good, what docs/operations.md gives to type takes away all that the
// migration made on the other.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/integration/phases/catalogue.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/rig/programs.h"
#include "tests/support/stopped_process.h"

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
std::string with_the_names_of_the_other_way(const std::string& block) {
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

/// The process that applies there what the other side sends; 0 where none does.
pid_t follower_of(const support::PostgresServer& server) {
  return std::stoi(server.sql("SELECT coalesce(max(pid), 0) FROM pg_stat_subscription").value());
}

/// Which side is gone and when, and what is typed on the other.
struct Loss {
  const char* name;
  std::vector<std::string> moves;
  bool green_is_gone;
  const char* block;
};

void PrintTo(const Loss& loss, std::ostream* out) {
  *out << loss.name;
}

class LostSide : public testing::TestWithParam<Loss> {};

TEST_P(LostSide, NothingOfTheMigrationIsLeftOnTheOtherWhichTakesWrites) {
  const auto& loss = GetParam();
  CutoverRig rig(small());
  auto& gone = loss.green_is_gone ? rig.green() : rig.blue();
  auto& left = loss.green_is_gone ? rig.blue() : rig.green();
  const auto before = catalogue_of(left.conninfo("app"));
  rig.replicate();
  for (const auto& command : loss.moves) ASSERT_NO_FATAL_FAILURE(must(rig, command));
  const auto follower = follower_of(gone);
  const support::StoppedProcess hung(follower);  // it keeps the other's slot busy
  if (follower == 0) gone.kill9();
  const auto block = block_of_the_guide(loss.block);
  type(rig, loss.green_is_gone ? "blue" : "green",
       loss.green_is_gone ? block : with_the_names_of_the_other_way(block));
  EXPECT_EQ(catalogue_of(left.conninfo("app")), before);
  EXPECT_NO_THROW(left.sql("INSERT INTO load.client VALUES (-1)", "app"));
}

const Loss losses[] = {
    {"GreenBeforeTheCutover", {}, true, "green-is-gone"},
    {"BlueBeforeTheCutover", {}, false, "green-is-gone-after-the-cutover"},
    {"BlueAfterTheCutover", {"cutover"}, false, "green-is-gone"},
    {"GreenAfterTheCutover", {"cutover"}, true, "green-is-gone-after-the-cutover"},
    {"BlueAfterARollback", {"cutover", "rollback"}, false, "green-is-gone-after-the-cutover"}};

INSTANTIATE_TEST_SUITE_P(OfEither, LostSide, testing::ValuesIn(losses),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace cutover::tests
