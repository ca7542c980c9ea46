// I1 to I6 on real servers under load: each fault at each moment, then recovery, then the count of
// every write. CUTOVER_TEST_LONG=1 runs every cell, CUTOVER_FAULT_TABLE=FILE writes their table
// into that page.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/faults/fault_table.h"

namespace cutover::faults {
namespace {

using Cell = std::pair<std::string, Moment>;

Table& results() {
  static Table table;
  return table;
}

const Fault& fault_named(const std::string& name) {
  const auto& faults = all_faults();
  return *std::find_if(faults.begin(), faults.end(),
                       [&](const Fault& fault) { return fault.name == name; });
}

std::vector<Cell> every_cell() {
  std::vector<Cell> cells;
  for (const auto& fault : all_faults()) {
    for (const auto moment : all_moments) {
      if (!fault.lasts || moment == Moment::before_the_decision)
        cells.emplace_back(fault.name, moment);
    }
  }
  return cells;
}

/// One of each kind; the rest is in the long form.
std::vector<Cell> cells() {
  if (std::getenv("CUTOVER_TEST_LONG") != nullptr) return every_cell();
  return {{"controller SIGSTOP longer than the lease", Moment::between},
          {"agent SIGKILL", Moment::during_the_switch},
          {"bouncer SIGKILL", Moment::before_the_decision},
          {"ssh connections go silent", Moment::between},
          {"blue restart", Moment::between},
          {"superusers write past the bouncers", Moment::before_the_decision}};
}

std::string name_for_gtest(const testing::TestParamInfo<Cell>& cell) {
  auto name = cell.param.first + " " + name_of(cell.param.second);
  bool begins_word = true;
  std::string joined;
  for (const char letter : name) {
    const bool is_letter = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (is_letter) joined += begins_word ? static_cast<char>(std::toupper(letter)) : letter;
    begins_word = !is_letter;
  }
  return joined;
}

class FaultMatrix : public testing::TestWithParam<Cell> {};

TEST_P(FaultMatrix, LosesAndDoublesNothingAndEndsOnOneSide) {
  const auto& [name, moment] = GetParam();
  const auto result = run_cell(fault_named(name), moment);
  results()[GetParam()] = result;
  RecordProperty("result", to_text(result));
  std::printf("  %s\n", to_text(result).c_str());
  EXPECT_TRUE(result.broken.empty()) << to_text(result) << "\n" << result.log;
}

INSTANTIATE_TEST_SUITE_P(Cells, FaultMatrix, testing::ValuesIn(cells()), name_for_gtest);

/// The page gets its table at the end of the run that was asked for it.
class TableWriter : public testing::Environment {
 public:
  void TearDown() override {
    const char* page = std::getenv("CUTOVER_FAULT_TABLE");
    if (page == nullptr) return;
    EXPECT_TRUE(write_into(page, to_markdown(results()))) << page;
  }
};

const auto* const table_writer = testing::AddGlobalTestEnvironment(new TableWriter);

}  // namespace
}  // namespace cutover::faults
