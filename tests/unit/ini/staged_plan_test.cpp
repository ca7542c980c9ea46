// A staged plan survives: every byte of it, over a restart, and damage is noticed.
#include "agent/ini/staged_plan.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/unit/ini/temporary_directory.h"

namespace cutover::ini {
namespace {

using cutover::testing::TemporaryDirectory;
using ::testing::HasSubstr;

SwitchPlan sample() {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  return {"/etc/pgbouncer.ini",
          {{"/etc/pgbouncer.ini", "/etc/real.ini", "old\r\n" + every_byte, "new\n\"\\"},
           {"/etc/\xff.ini", "/etc/\xff.ini", "", "\xc3\xa4"}},
          LinkChange{"/etc/l", "blue.ini", "green.ini", every_byte, "b"},
          {"a note"}};
}

TEST(StagedPlan, EveryByteComesBack) {
  const TemporaryDirectory here;
  ASSERT_TRUE(stage(sample(), here / "state/main"));
  const auto loaded = load_staged(here / "state/main");
  ASSERT_TRUE(loaded) << loaded.error().what;
  ASSERT_TRUE(*loaded);
  EXPECT_EQ(**loaded, sample());
}

TEST(StagedPlan, OnlyItsOwnerMayReadIt) {
  const TemporaryDirectory here;
  ASSERT_TRUE(stage(sample(), here.path()));
  struct stat found {};
  ASSERT_EQ(::stat((here / "staged.json").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST(StagedPlan, NothingStagedIsNoError) {
  const TemporaryDirectory here;
  const auto loaded = load_staged(here / "none");
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(*loaded);
}

TEST(StagedPlan, StagingAgainReplacesAndDiscardingForgets) {
  const TemporaryDirectory here;
  ASSERT_TRUE(stage(sample(), here.path()));
  SwitchPlan other = sample();
  other.link.reset();
  ASSERT_TRUE(stage(other, here.path()));
  EXPECT_EQ(**load_staged(here.path()), other);
  ASSERT_TRUE(discard(here.path()));
  ASSERT_TRUE(discard(here.path()));
  EXPECT_FALSE(*load_staged(here.path()));
}

TEST(StagedPlan, AnyChangedByteIsNoticed) {
  const std::string text = to_json(sample());
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = damaged[at] == 'x' ? 'y' : 'x';
    ASSERT_FALSE(plan_from_json(damaged)) << "at " << at;
  }
  for (std::size_t size = 0; size < text.size(); size += 7) {
    ASSERT_FALSE(plan_from_json(text.substr(0, size))) << "cut at " << size;
  }
}

TEST(StagedPlan, DamageIsAnErrorWithPathAndHint) {
  const TemporaryDirectory here;
  here.write("staged.json", "{\"crc32\":1}");
  const auto loaded = load_staged(here.path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().what, HasSubstr(here / "staged.json"));
  EXPECT_NE(loaded.error().hint, "");
}

TEST(StagedPlan, AppliedPlansAreKeptAndTheOldestGo) {
  const TemporaryDirectory here;
  for (int round = 0; round < 23; ++round) {
    ASSERT_TRUE(stage(sample(), here.path()));
    ASSERT_TRUE(keep_as_previous(here.path()));
  }
  EXPECT_FALSE(*load_staged(here.path()));
  const auto names = here.names("previous");
  EXPECT_EQ(names.size(), 20U);
  EXPECT_EQ(names.front(), "0004.json");
  EXPECT_EQ(names.back(), "0023.json");
  EXPECT_EQ(*plan_from_json(here.read("previous/0023.json")), sample());
}

TEST(StagedPlan, ARestartedAgentFinishesWhatWasStaged) {
  const TemporaryDirectory here;
  const std::string ini = here.write("a.ini", "[pgbouncer]\n[databases]\na=host=blue\n");
  const auto planned = plan_switch(ini, {{"a", "blue", "", "green", ""}}, here.path());
  ASSERT_TRUE(stage(*planned, here / "state"));
  const auto loaded = load_staged(here / "state");
  ASSERT_TRUE(apply(**loaded).is_done());
  EXPECT_TRUE(is_applied(*planned));
}

}  // namespace
}  // namespace cutover::ini
