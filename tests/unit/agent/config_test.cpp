// agent.toml is read strictly.
#include "agent/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

using testing::HasSubstr;

const std::string good =
    "[[pgbouncer]]\nname = \"main\"\nini = \"/etc/pgbouncer/pgbouncer.ini\"\n"
    "admin = \"host=/run port=6432 user=pgbouncer dbname=pgbouncer\"\n";

std::string problem(const std::string& text) {
  const auto config = parse_config(text, "agent.toml");
  return config.has_error() ? to_text(config.error()) : "";
}

TEST(AgentConfig, DefaultsAreTheContracts) {
  const auto config = parse_config(good, "agent.toml").value();
  EXPECT_EQ(config.socket, "/run/cutover-agent/agent.sock");
  EXPECT_EQ(config.state_dir, "/var/lib/cutover-agent");
  EXPECT_EQ(config.group, "");
  EXPECT_EQ(config.metrics_listen, "127.0.0.1:19127");
  EXPECT_EQ(config.bouncers.at(0).name, "main");
}

TEST(AgentConfig, AnUnknownKeyIsAnErrorWithFileAndLine) {
  EXPECT_THAT(problem("[agent]\nsokket = \"/x\"\n" + good), HasSubstr("agent.toml:2:"));
}

TEST(AgentConfig, WithoutAnyPgbouncerThereIsNothingToDo) {
  EXPECT_THAT(problem(""), HasSubstr("there is no [[pgbouncer]]"));
}

TEST(AgentConfig, NamesAreGivenOnce) {
  EXPECT_THAT(problem(good + good), HasSubstr("two [[pgbouncer]] are named main"));
}

TEST(AgentConfig, TheConsoleIsTheDatabasePgbouncer) {
  EXPECT_THAT(problem("[[pgbouncer]]\nname='a'\nini='/a'\nadmin='host=/run dbname=app'\n"),
              HasSubstr("admin does not lead to the console"));
}

TEST(AgentConfig, PathsAreAbsoluteAndAddressesAreAddresses) {
  EXPECT_THAT(problem("[agent]\nstate_dir = \"here\"\n" + good), HasSubstr("not an absolute path"));
  EXPECT_THAT(problem(good + "[metrics]\nlisten = \"nonsense\"\n"),
              HasSubstr("listen is no address"));
  EXPECT_EQ(problem(good + "[metrics]\nlisten = \"\"\n"), "");
}

}  // namespace
}  // namespace cutover::agent
