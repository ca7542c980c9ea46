// Who may serve, and who may resume what a dead agent left.
#include "agent/own_user.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace cutover::agent {
namespace {

constexpr uid_t postgres = 101;

TEST(OwnUser, RootAloneMayNotServe) {
  EXPECT_TRUE(may_serve(postgres).has_value());
  ASSERT_TRUE(may_serve(0).has_error());
  EXPECT_NE(may_serve(0).error().hint, "");
}

TEST(OwnUser, RootResumesAsTheOwner) {
  EXPECT_EQ(resume_as({0, postgres, true}), ResumeAs::owner);
}

TEST(OwnUser, WhoMayWriteThereResumesAsItself) {
  EXPECT_EQ(resume_as({postgres, postgres, true}), ResumeAs::itself);
  EXPECT_EQ(resume_as({0, 0, true}), ResumeAs::itself);
  EXPECT_EQ(resume_as({7, postgres, true}), ResumeAs::itself);
}

TEST(OwnUser, AnybodyElseIsRefusedBeforeItTakesWhatItCannotReadForNothing) {
  EXPECT_EQ(resume_as({7, postgres, false}), ResumeAs::nobody);
}

TEST(OwnUser, WhereTheDirectoryIsOursNothingChanges) {
  AgentConfig config;
  config.state_dir = "/proc/self";
  config.bouncers.push_back({"main", "/proc/self/status", ""});
  const uid_t before = ::geteuid();
  EXPECT_TRUE(take_own_user(config).has_value());
  EXPECT_EQ(::geteuid(), before);
}

}  // namespace
}  // namespace cutover::agent
