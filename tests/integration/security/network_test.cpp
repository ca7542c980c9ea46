// Nothing listens but what the configuration says.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::tests {
namespace {

/// "ADDRESS:PORT" of every listening TCP socket of the process.
std::string listening(int pid) {
  support::ChildOptions ss;
  ss.argv = {"ss", "-Hltnp"};
  std::istringstream lines(support::run_program(std::move(ss), std::chrono::seconds(20)).output);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("pid=" + std::to_string(pid) + ",") == std::string::npos) continue;
    std::istringstream words(line);
    std::string state, received, sent, address;
    words >> state >> received >> sent >> address;
    found += address + " ";
  }
  return found;
}

TEST(Network, OnlyTheConfiguredMetricsAddressListens) {
  support::RigOptions options;
  options.blue_major = 15;
  options.green_major = 15;
  support::CutoverRig rig(options);
  for (int host = 0; host < options.hosts; ++host) {
    EXPECT_EQ(listening(rig.agent(host).pid()),
              "127.0.0.1:" + std::to_string(rig.agent(host).metrics_port()) + " ");
  }
}

}  // namespace
}  // namespace cutover::tests
