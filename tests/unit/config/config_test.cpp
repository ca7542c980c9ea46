#include "controller/config/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "controller/config/home.h"
#include "tests/unit/config/sample.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

Config config_of(const std::string& text) {
  return parse_config(text, "cutover.toml").value();
}

TEST(Config, TheDatabasesOfTheSampleAreWhatItSays) {
  const auto config = config_of(sample_config);
  DatabaseConfig medplum;
  medplum.name = "medplum";
  medplum.blue = "host=blue.internal port=5432 dbname=medplum user=admin";
  medplum.green = "host=green.internal port=5432 dbname=medplum user=admin";
  medplum.replicate_from = "host=blue.internal port=5432 dbname=medplum user=replicator";
  medplum.replicate_back = "host=green.internal port=5432 dbname=medplum user=replicator";
  medplum.subscriptions = {{"cutover", "cutover", "cutover"}};
  medplum.routes = {{{"blue.internal", "5432"}, {"green.internal", "5432"}},
                    {{"blue-reader.internal", "5432"}, {"green-reader.internal", ""}}};
  EXPECT_EQ(config.databases, std::vector<DatabaseConfig>{medplum});
}

TEST(Config, TheBouncersOfTheSampleAreWhatItSays) {
  const auto config = config_of(sample_config);
  BouncerConfig bouncer;
  bouncer.name = "bouncer-1";
  bouncer.transport = Transport::openssh;
  bouncer.user = "ubuntu";
  bouncer.host = "10.0.0.5";
  bouncer.port = 22;
  bouncer.identity = home_directory() + "/.ssh/pgbouncer_key";
  bouncer.known_hosts = "/etc/ssh/known_hosts";
  bouncer.command = "sudo cutover-agent connect";
  bouncer.entries = {{"medplum", "medplum"}};
  bouncer.ignore_entries = {"old"};
  EXPECT_EQ(config.bouncers, std::vector<BouncerConfig>{bouncer});
}

TEST(Config, TheRestOfTheSampleIsWhatItSays) {
  const auto config = config_of(sample_config);
  EXPECT_EQ(config.path, "cutover.toml");
  EXPECT_EQ(config.state_dir, "/var/lib/cutover");
  const Limits limits{2 * 1024 * 1024, 400ms, 50s, 1s, 6s, 9, 2s, 4s};
  EXPECT_EQ(config.limits, limits);
  EXPECT_FALSE(config.way_back);
  const SameRows rows{"AuditEvent", "id", {"content"}, "lastUpdated", 24h, 5min};
  const CheckOptions checks{{"clock_skew"}, {{"Patient", 100000}}, {rows}};
  EXPECT_EQ(config.checks, checks);
  EXPECT_EQ(config.metrics_listen, "127.0.0.1:19187");
  EXPECT_EQ(config.metrics_textfile, "/var/lib/node_exporter/cutover.prom");
  const HookCommands hooks{{"/bin/one"}, {"/bin/two", "x"}, {"/bin/three"}, {"/bin/four"}};
  EXPECT_EQ(config.hooks, hooks);
}

TEST(Config, WhatASmallFileLeavesOutHasItsDefault) {
  const auto config = config_of(small_config);
  const auto& database = config.databases.at(0);
  EXPECT_EQ(database.replicate_from, database.blue);
  EXPECT_EQ(database.replicate_back, database.green);
  EXPECT_EQ(database.subscriptions,
            (std::vector<SubscriptionConfig>{{"cutover", "cutover", "cutover"}}));
  EXPECT_EQ(database.routes, (std::vector<RouteConfig>{{{"blue", "5432"}, {"green", "5432"}}}));
  EXPECT_EQ(config.bouncers.at(0).transport, Transport::unix_socket);
  EXPECT_EQ(config.bouncers.at(0).socket_path, "/run/agent.sock");
  EXPECT_TRUE(config.bouncers.at(0).entries.empty());
  EXPECT_EQ(config.state_dir, "/var/lib/cutover");
  EXPECT_EQ(config.limits, Limits());
  EXPECT_TRUE(config.way_back);
  EXPECT_EQ(config.checks, CheckOptions());
  EXPECT_EQ(config.hooks, HookCommands());
}

TEST(Config, SlotAndSubscriptionAreNamedAfterThePublicationByDefault) {
  const auto config = config_of(small_database + "publication = [\"one\", \"two\"]\n" +
                                "subscription = [\"a\", \"b\"]\n" + small_bouncer);
  EXPECT_EQ(config.databases.at(0).subscriptions,
            (std::vector<SubscriptionConfig>{{"one", "one", "a"}, {"two", "two", "b"}}));
}

TEST(Config, AnSshAgentHasUserPortAndKnownHostsByDefault) {
  const auto config =
      config_of(small_database + "[[bouncer]]\nname = \"b\"\nagent = \"ssh://[fd00::5]\"\n");
  const auto& bouncer = config.bouncers.at(0);
  EXPECT_EQ(bouncer.transport, Transport::libssh2);
  EXPECT_EQ(bouncer.user, current_user());
  EXPECT_EQ(bouncer.host, "fd00::5");
  EXPECT_EQ(bouncer.port, 22);
  EXPECT_EQ(bouncer.identity, "");
  EXPECT_EQ(bouncer.known_hosts, home_directory() + "/.ssh/known_hosts");
  EXPECT_EQ(bouncer.command, "cutover-agent connect");
}

TEST(Config, AConninfoMayBeAUri) {
  const auto config = config_of(R"([[database]]
name = "app"
blue = "postgresql://admin@blue:5433/app?sslmode=require"
green = "postgresql://admin@green/app"
)" + small_bouncer);
  EXPECT_EQ(config.databases.at(0).routes,
            (std::vector<RouteConfig>{{{"blue", "5433"}, {"green", "5432"}}}));
}

TEST(Config, AFileThatIsNotThereIsAnErrorWithItsName) {
  const auto config = load_config("/nonexistent/cutover.toml");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().what.find("/nonexistent/cutover.toml"), std::string::npos);
}

TEST(Config, AFileIsReadAndNamedInItsProblems) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    ("config_test_" + std::to_string(getpid()) + ".toml");
  std::ofstream(path) << small_config << "oops = 1\n";
  const auto config = load_config(path);
  std::filesystem::remove(path);
  ASSERT_FALSE(config);
  EXPECT_TRUE(config.error().what.starts_with(path.string() + ":8: unknown key"))
      << config.error().what;
}

}  // namespace
}  // namespace cutover
