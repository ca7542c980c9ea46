// Ties the model to the code: the steps that protocol.pml marks are the steps of the plans, by name
// and order.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "common/base/durable_file.h"
#include "controller/cutover/plan.h"

namespace cutover {
namespace {

using Names = std::vector<std::string>;

/// Only a plan with a way back, or one that rolls back, has these.
const Names not_in_every_plan = {"way back", "old fence"};

/// "/* STEP claim */" and its like, in the order of the file.
Names marked_in_model(const std::string& mark) {
  const auto model = read_file(CUTOVER_MODEL);
  EXPECT_TRUE(model);
  const std::regex pattern("/\\* " + mark + " ([a-z ]+[a-z]) +\\*/");
  Names names;
  for (std::sregex_iterator it(model->begin(), model->end(), pattern), end; it != end; ++it) {
    names.push_back((*it)[1]);
  }
  return names;
}

bool has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names without_what_the_other_may_lack(Names names, const Names& other) {
  std::erase_if(names, [&](const std::string& name) {
    return has(not_in_every_plan, name) && !has(other, name);
  });
  return names;
}

void expect_same_steps(const Plan& plan, const std::string& mark) {
  const auto model = marked_in_model(mark);
  Names names;
  for (const auto& step : plan.steps) names.push_back(step.name);
  ASSERT_FALSE(model.empty()) << mark;
  EXPECT_EQ(without_what_the_other_may_lack(names, model),
            without_what_the_other_may_lack(model, names))
      << plan.name;
}

TEST(Model, HasTheStepsOfTheCutoverInTheirOrder) {
  expect_same_steps(cutover_plan({}), "STEP");
}

TEST(Model, HasTheStepsOfRecoveryInTheirOrder) {
  expect_same_steps(recovery_back_plan({}), "STEP-BACK");
  expect_same_steps(recovery_forward_plan({}), "STEP-FORWARD");
}

TEST(Model, RehearsesTheSameStepsUpToTheFirstGate) {
  const auto model = marked_in_model("STEP");
  const auto rehearsal = rehearsal_plan({});
  ASSERT_LE(rehearsal.steps.size(), model.size());
  for (std::size_t i = 0; i < rehearsal.steps.size(); ++i) {
    EXPECT_EQ(rehearsal.steps[i].name, model[i]);
  }
  EXPECT_EQ(rehearsal.steps.back().name, "first gate");
}

}  // namespace
}  // namespace cutover
