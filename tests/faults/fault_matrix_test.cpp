// I1 to I6 on real servers under load: each fault at each moment, then recovery, then the count of
// every write. CUTOVER_TEST_LONG=1 runs every cell, CUTOVER_TEST_LONG=steps strikes at every step
// of the plan instead of at moments, CUTOVER_FAULT_TABLE=PAGE writes the rows that were run into
// that page.
#include <fmt/chrono.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "tests/faults/fault_table.h"
#include "tests/support/child_process.h"
#include "tests/support/rig/programs.h"

namespace cutover::faults {
namespace {

using Cell = std::pair<std::string, std::string>;

Results& results() {
  static Results all;
  return all;
}

std::string long_form() {
  const char* asked = std::getenv("CUTOVER_TEST_LONG");
  return asked == nullptr ? "" : asked;
}

const FaultTable& table() {
  static const auto asked_for = long_form() == "steps" ? FaultTable{"steps", every_step()}
                                                       : FaultTable{"moments", all_moments()};
  return asked_for;
}

template <class T>
const T& named(const std::vector<T>& all, const std::string& name) {
  return *std::ranges::find(all, name, &T::name);
}

std::vector<Cell> every_cell() {
  std::vector<Cell> cells;
  for (const auto& fault : all_faults()) {
    for (const auto& moment : table().moments)
      if (strikes_at(fault, moment)) cells.emplace_back(fault.name, moment.name);
  }
  return cells;
}

/// One of each kind; the rest is in the long form.
std::vector<Cell> cells() {
  if (!long_form().empty()) return every_cell();
  return {{"controller SIGSTOP longer than the lease", "between decision and switch"},
          {"controller and that agent SIGKILL", "one bouncer has switched"},
          {"bouncer SIGKILL", "before the decision"},
          {"ssh connections go silent", "between decision and switch"},
          {"blue restart", "between decision and switch"},
          {"superusers write past the bouncers", "before the decision"}};
}

std::string name_for_gtest(const testing::TestParamInfo<Cell>& cell) {
  auto name = cell.param.first + " " + cell.param.second;
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
  const auto& [fault, moment] = GetParam();
  const auto result = run_cell(named(all_faults(), fault), named(table().moments, moment));
  results()[GetParam()] = result;
  RecordProperty("result", to_text(result));
  std::printf("  %s\n", to_text(result).c_str());
  EXPECT_TRUE(result.broken.empty()) << to_text(result) << "\n" << result.log;
}

INSTANTIATE_TEST_SUITE_P(Cells, FaultMatrix, testing::ValuesIn(cells()), name_for_gtest);

/// "2026-11-23, 8d298f9": the commit is what the programs that were struck say of themselves.
std::string this_run() {
  const auto said = support::run_or_throw({{support::cutover_program(), "--version"}});
  std::smatch commit;
  const bool told = std::regex_search(said, commit, std::regex("commit ([0-9a-f]+)"));
  return fmt::format("{:%Y-%m-%d}, {}", fmt::gmtime(std::time(nullptr)),
                     told ? commit.str(1) : "no commit");
}

/// The page gets its table at the end of the run that was asked for it.
class TableWriter : public testing::Environment {
 public:
  void TearDown() override {
    const char* page = std::getenv("CUTOVER_FAULT_TABLE");
    if (page == nullptr) return;
    EXPECT_TRUE(write_into(page, table(), results(), this_run())) << page;
  }
};

const auto* const table_writer = testing::AddGlobalTestEnvironment(new TableWriter);

}  // namespace
}  // namespace cutover::faults
