// The agents of the rig serve, however they are reached, and come back after a kill.
#include <gtest/gtest.h>

#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

TEST(RigAgents, AKilledAgentServesAgainAfterItsStart) {
  CutoverRig rig({.durability = Durability::fast});
  EXPECT_TRUE(rig.agent(1).serves());
  rig.agent(1).kill9();
  EXPECT_FALSE(rig.agent(1).serves());
  EXPECT_TRUE(rig.agent(0).serves());
  rig.agent(1).start();
  EXPECT_TRUE(rig.agent(1).serves());
}

/// What the controller does over ssh, by hand: nothing is sent, so connect ends with its input.
TEST(RigAgents, AForcedCommandReachesTheAgentWhateverIsAskedFor) {
  CutoverRig rig({.hosts = 1, .reach = Reach::forced_command, .durability = Durability::fast});
  const SshdServer& sshd = rig.sshd();
  const std::vector<std::string> argv{"ssh",
                                      "-F",
                                      "none",
                                      "-o",
                                      "BatchMode=yes",
                                      "-o",
                                      "UserKnownHostsFile=" + sshd.known_hosts().string(),
                                      "-i",
                                      sshd.identity().string(),
                                      "-p",
                                      std::to_string(sshd.port()),
                                      sshd.user() + "@127.0.0.1",
                                      "false"};
  const Finished finished = run_program({.argv = argv}, 20s);
  EXPECT_EQ(finished.exit_code, 0) << finished.errors << rig.logs();
}

TEST(RigAgents, TheConfigurationSaysHowAgentsAreReached) {
  const CutoverRig rig({.hosts = 1, .reach = Reach::openssh, .durability = Durability::fast});
  const std::string text = read_file(rig.config_path());
  for (const char* part : {"agent = \"ssh://", "identity = \"", "known_hosts = \"",
                           "transport = \"openssh\"", " connect\""})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

}  // namespace
}  // namespace cutover::support
