// What `cutover-agent resume` says at its end.
#include "agent/resume_report.h"

#include <gmock/gmock.h>

namespace cutover::agent {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ResumeReport, WhatIsStillPausedIsNeverNothingToDo) {
  for (const Phase phase : {Phase::paused, Phase::switching}) {
    const std::string text = resume_report({phase, phase, false});
    EXPECT_THAT(text, StartsWith(std::string("still ") + name_of(phase) + ": "));
    EXPECT_THAT(text, HasSubstr("hint: "));
    EXPECT_THAT(text, Not(HasSubstr("nothing to do")));
  }
}

TEST(ResumeReport, ItTellsWhatWasAndWhatIs) {
  EXPECT_EQ(resume_report({Phase::paused, Phase::armed, true}), "paused\nnow armed\n");
  EXPECT_EQ(resume_report({Phase::switched, Phase::switched, true}), "switched: nothing to do\n");
}

}  // namespace
}  // namespace cutover::agent
