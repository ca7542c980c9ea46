// See daemon_points.h.
#include "agent/daemon_points.h"

namespace cutover::agent {
namespace {

HostPoint serves(const DaemonView& view, const DoctorSelf& self) {
  const char* const name = "agent serves";
  if (!view.problem.empty())
    return {Grade::fail, name, "nobody answers on " + view.socket + ": " + view.problem,
            "systemctl enable --now cutover-agent; journalctl -u cutover-agent says why it ended"};
  if (!view.silence.empty())
    return {Grade::fail, name, "it takes connections and says nothing: " + view.silence,
            "journalctl -u cutover-agent; one that hangs is started again by its watchdog"};
  if (view.version != self.version)
    return {Grade::warn, name, "version " + view.version + " runs, " + self.version + " is here",
            "systemctl restart cutover-agent"};
  return {Grade::ok, name, "version " + view.version};
}

/// Everything else that the doctor looks at holds for the user who asks.
HostPoint user(const DaemonView& view, const DoctorSelf& self) {
  const char* const name = "agent's user";
  if (view.user == self.user) return {Grade::ok, name, "user " + std::to_string(self.user)};
  return {Grade::fail, name,
          "it runs as user " + std::to_string(*view.user) + ", this is user " +
              std::to_string(self.user) + ", for whom the points below hold",
          "ask as the agent's user (runuser -u USER -- cutover-agent doctor), or set User= of its "
          "unit"};
}

}  // namespace

std::vector<HostPoint> daemon_points(const DaemonView& view, const DoctorSelf& self) {
  std::vector<HostPoint> points = {serves(view, self)};
  if (view.user) points.push_back(user(view, self));
  return points;
}

}  // namespace cutover::agent
