// What the doctor says of the agent that serves on its host.
#include "agent/daemon_points.h"

#include <gtest/gtest.h>

#include <functional>

namespace cutover::agent {
namespace {

constexpr uid_t postgres = 101;

DaemonView living() {
  return {"/run/agent.sock", "", postgres, "0.1.0", ""};
}

std::vector<HostPoint> points_of(const DaemonView& view) {
  return daemon_points(view, {postgres, "0.1.0"});
}

TEST(DaemonPoints, AreOkWhereAnAgentOfThisVersionServesAsThisUser) {
  for (const auto& point : points_of(living())) EXPECT_EQ(point.grade, Grade::ok) << point.finding;
}

struct DaemonFlaw {
  const char* point;
  Grade grade;
  std::function<void(DaemonView&)> make;
};

TEST(DaemonPoints, SayWhatIsMissingAndWhatToDo) {
  const DaemonFlaw flaws[] = {
      {"agent serves", Grade::fail,
       [](DaemonView& view) {
         view = {"/run/agent.sock", "refused"};
       }},
      {"agent serves", Grade::fail, [](DaemonView& view) { view.silence = "nothing within 2 s"; }},
      {"agent serves", Grade::warn, [](DaemonView& view) { view.version = "0.0.9"; }},
      {"agent's user", Grade::fail, [](DaemonView& view) { view.user = 0; }},
  };
  for (const auto& flaw : flaws) {
    auto view = living();
    flaw.make(view);
    std::vector<HostPoint> bad;
    for (const auto& point : points_of(view))
      if (point.grade != Grade::ok) bad.push_back(point);
    ASSERT_EQ(bad.size(), 1U) << flaw.point;
    EXPECT_EQ(bad[0].point, flaw.point);
    EXPECT_EQ(bad[0].grade, flaw.grade);
    EXPECT_FALSE(bad[0].hint.empty()) << flaw.point;
  }
}

TEST(DaemonPoints, SayNothingOfTheUserOfAnAgentThatIsNotThere) {
  EXPECT_EQ(points_of({"/run/agent.sock", "refused"}).size(), 1U);
}

}  // namespace
}  // namespace cutover::agent
