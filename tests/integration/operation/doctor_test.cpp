// `cutover doctor` before real servers, over ssh: everything answers, then one of it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

using testing::HasSubstr;

support::RigOptions reached_as_a_jumpbox_does() {
  support::RigOptions options;
  options.durability = support::Durability::fast;
  options.authentication = support::Authentication::scram;
  options.reach = support::Reach::forced_command;
  options.hosts = 1;
  options.pgbouncer_settings = {{"listen_addr", "*"}};
  return options;
}

TEST(Doctor, OpensTheConsoleOverTheClientsPortAndSaysWhyNot) {
  support::CutoverRig rig(reached_as_a_jumpbox_does());
  const auto console = [&] { return rig.cutover({"doctor", "--json"}).output; };
  const auto passwords = rig.config_path().parent_path() / "pgpass";
  EXPECT_THAT(console(), HasSubstr("opens over the clients' port"));
  support::write_file(passwords, "*:*:*:postgres:secret\n");
  EXPECT_THAT(console(), HasSubstr("its password is not kept here"));
  support::write_file(passwords, "*:*:*:*:another\n");
  EXPECT_THAT(console(), HasSubstr("gets no console: "));
  rig.agent(0).kill9();
  EXPECT_THAT(console(), Not(HasSubstr("console")));
}

}  // namespace
}  // namespace cutover
