// Nothing listens but what the configuration says: agent, a run with all of its processes, watch.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/process_list.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

namespace fs = std::filesystem;
using Addresses = std::set<std::string>;
constexpr std::chrono::seconds limit{30};

support::RigOptions small_fleet() {
  support::RigOptions options;
  options.blue_major = 15;
  options.green_major = 15;
  options.durability = support::Durability::fast;
  return options;
}

/// The process and all below it.
std::set<int> family_of(int pid) {
  std::set<int> family = {pid};
  for (const pid_t child : support::children_of(pid)) family.merge(family_of(child));
  return family;
}

/// "ADDRESS:PORT" of every listening TCP socket and every UDP socket of the processes.
Addresses listening(const std::set<int>& processes) {
  std::istringstream lines(support::run_program({{"ss", "-Hlntup"}}).output);
  Addresses found;
  for (std::string line; std::getline(lines, line);) {
    const bool is_theirs = std::ranges::any_of(processes, [&](int pid) {
      return line.find("pid=" + std::to_string(pid) + ",") != std::string::npos;
    });
    if (!is_theirs) continue;
    std::istringstream words(line);
    std::string kind, state, received, sent, address;
    words >> kind >> state >> received >> sent >> address;
    found.insert(address);
  }
  return found;
}

std::string loopback(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

TEST(Network, AnAgentListensOnTheConfiguredMetricsAddressOnly) {
  support::CutoverRig rig(small_fleet());
  for (int host = 0; host < rig.options().hosts; ++host) {
    const auto& agent = rig.agent(host);
    EXPECT_EQ(listening(family_of(agent.pid())), Addresses{loopback(agent.metrics_port())});
  }
}

TEST(Network, AnAgentWithoutMetricsAddressDoesNotListen) {
  auto options = small_fleet();
  options.hosts = 1;
  support::CutoverRig rig(options);
  auto& agent = rig.agent(0);
  auto config = support::read_file(agent.config_path());
  const auto address = loopback(agent.metrics_port());
  config.erase(config.find(address), address.size());
  agent.stop();
  support::write_file(agent.config_path(), config);
  agent.start();
  EXPECT_EQ(listening(family_of(agent.pid())), Addresses());
}

/// A fleet whose run stands at its first hook until it may go on.
class Held {
 public:
  explicit Held(const std::string& listen) : rig_(with_hook(listen)) { rig_.replicate(); }

  /// What the run and every process below it listens on, in the middle of it.
  Addresses of_a_run() {
    auto running = rig_.start_cutover({"rehearse", "--no-dry-run", "--yes"});
    const bool is_held =
        support::eventually(limit, [&] { return fs::exists(directory_ / "held"); });
    EXPECT_TRUE(is_held) << running.output() << running.errors();
    if (!is_held) return {"not seen: without a hook nobody takes what is written below"};
    const auto family = family_of(running.pid());
    EXPECT_GE(family.size(), 3U) << "guardian, working process, hook";
    const auto found = listening(family);
    support::write_file(directory_ / "go", "");
    EXPECT_EQ(running.wait(limit), 0) << running.output() << running.errors();
    return found;
  }

  /// On the screen it exports nothing.
  Addresses of_watch() {
    auto running = rig_.start_cutover({"watch", "--interval", "0.5"});
    return once(running, [&] { return !running.output().empty(); });
  }

  Addresses of_exporting_watch() {
    fs::remove(textfile_);
    auto running = rig_.start_cutover({"watch", "--metrics-only", "--interval", "0.5"});
    return once(running, [&] { return fs::exists(textfile_); });
  }

 private:
  template <class Condition>
  static Addresses once(support::ChildProcess& running, Condition&& is_ready) {
    EXPECT_TRUE(support::eventually(limit, is_ready)) << running.output() << running.errors();
    const auto found = listening(family_of(running.pid()));
    running.signal(SIGTERM);
    EXPECT_TRUE(running.wait(limit).has_value());
    return found;
  }

  support::RigOptions with_hook(const std::string& listen) {
    auto options = small_fleet();
    ::mkfifo((directory_ / "go").c_str(), 0600);
    const auto order =
        "touch " + (directory_ / "held").string() + "; cat " + (directory_ / "go").string();
    options.more_config = "[metrics]\nlisten = \"" + listen + "\"\ntextfile = \"" +
                          textfile_.string() +
                          "\"\n[hooks]\nbefore_pause = [\"/bin/sh\", \"-c\", \"" + order + "\"]\n";
    return options;
  }

  support::TemporaryDirectory directory_{"held"};
  fs::path textfile_ = directory_ / "cutover.prom";
  support::CutoverRig rig_;
};

TEST(Network, ARunAndWatchDoNotListenWithoutAMetricsAddress) {
  Held fleet("");
  EXPECT_EQ(fleet.of_a_run(), Addresses());
  EXPECT_EQ(fleet.of_watch(), Addresses());
  EXPECT_EQ(fleet.of_exporting_watch(), Addresses());
}

TEST(Network, ARunAndWatchListenOnTheirMetricsAddressOnly) {
  const support::FreePort port;
  Held fleet(loopback(port.number()));
  EXPECT_EQ(fleet.of_a_run(), Addresses{loopback(port.number())});
  EXPECT_EQ(fleet.of_watch(), Addresses());
  EXPECT_EQ(fleet.of_exporting_watch(), Addresses{loopback(port.number())});
}

}  // namespace
}  // namespace cutover::tests
