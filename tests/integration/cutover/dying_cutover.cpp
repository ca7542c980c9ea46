// The controller as it is shipped, with a witness that kills where $CUTOVER_TEST_KILL says:
// "VICTIM@began STEP" or "VICTIM@ended STEP". VICTIM is "worker" (the working process), "both" (its
// parent too), the id of some process, "stop ID" (it is stopped, not killed), "interrupt" (SIGINT
// to the parent, as an operator's) or "hold" (everything waits until the marker is gone). That it
// came to it is told by $CUTOVER_TEST_KILL_MARKER, a file made just before with the ids of the
// working process and its parent.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "controller/commands/program.h"
#include "controller/cutover/events.h"
#include "tests/support/eventually.h"

namespace {

class Assassin : public cutover::Listener {
 public:
  explicit Assassin(const std::string& order) {
    const auto at = order.find('@');
    if (at == std::string::npos) return;
    victim_ = order.substr(0, at);
    moment_ = order.substr(at + 1);
  }

  void on(const cutover::Event& event, const cutover::RunState&) override {
    if (moment_.empty() || moment_of(event) != moment_) return;
    moment_.clear();
    if (const char* marker = std::getenv("CUTOVER_TEST_KILL_MARKER")) leave(marker);
    strike();
  }

 private:
  static void leave(const std::string& marker) {
    std::ofstream{marker + ".new"} << getpid() << " " << getppid() << "\n";
    std::filesystem::rename(marker + ".new", marker);
  }

  static void wait_until_the_marker_is_gone() {
    const char* marker = std::getenv("CUTOVER_TEST_KILL_MARKER");
    cutover::support::eventually(std::chrono::seconds(30),
                                 [&] { return !std::filesystem::exists(marker); });
  }

  void strike() const {
    if (victim_ == "hold") return wait_until_the_marker_is_gone();
    if (victim_ == "interrupt") {
      kill(getppid(), SIGINT);
    } else if (victim_.starts_with(stop_)) {
      kill(static_cast<pid_t>(std::stol(victim_.substr(stop_.size()))), SIGSTOP);
    } else if (victim_ != "worker" && victim_ != "both") {
      kill(static_cast<pid_t>(std::stol(victim_)), SIGKILL);
    } else {
      if (victim_ == "both") kill(getppid(), SIGKILL);
      kill(getpid(), SIGKILL);
    }
  }

  static std::string moment_of(const cutover::Event& event) {
    if (const auto* began = std::get_if<cutover::StepBegan>(&event)) return "began " + began->step;
    if (const auto* ended = std::get_if<cutover::StepEnded>(&event)) return "ended " + ended->step;
    return {};
  }

  const std::string stop_ = "stop ";
  std::string victim_;
  std::string moment_;
};

}  // namespace

int main(int argc, char** argv) {
  const char* order = std::getenv("CUTOVER_TEST_KILL");
  Assassin assassin(order == nullptr ? "" : order);
  return cutover::run_program(std::vector<std::string>(argv + 1, argv + argc), &assassin);
}
