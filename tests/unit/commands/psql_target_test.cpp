// Where `cutover psql` leads.
#include "controller/commands/psql_target.h"

#include <gtest/gtest.h>

#include "common/postgres/conninfo.h"
#include "controller/commands/commands.h"

namespace cutover {
namespace {

Config sample() {
  Config config;
  config.databases.push_back({.name = "medplum",
                              .blue = "host=b dbname=medplum user=admin",
                              .green = "host=g dbname=medplum user=admin",
                              .replicate_from = {},
                              .replicate_back = {},
                              .subscriptions = {},
                              .routes = {}});
  config.databases.push_back(config.databases.front());
  config.databases.back().name = "billing";
  config.databases.back().green = "host=g dbname=billing user=admin";
  BouncerConfig far;
  far.name = "bouncer-1";
  far.transport = Transport::libssh2;
  far.host = "10.0.0.5";
  BouncerConfig near;
  near.name = "here";
  config.bouncers = {far, near};
  return config;
}

const std::map<std::string, std::string> settings{{"listen_addr", "*"},
                                                  {"listen_port", "6432"},
                                                  {"admin_users", "chief, deputy"},
                                                  {"unix_socket_dir", "/run/it's here"}};

std::map<std::string, std::string> leads_to(const std::string& place,
                                            const std::vector<std::string>& arguments = {}) {
  const auto config = sample();
  const auto target = psql_target(place, arguments);
  const auto conninfo =
      bouncer_conninfo(config, bouncer_of(config, target).value(), target, settings);
  std::map<std::string, std::string> parameters;
  const auto given = postgres::given_parameters(conninfo.value());
  for (const auto& [name, value] : given.value()) parameters[name] = value;
  return parameters;
}

TEST(PsqlTarget, BlueAndGreenAreThoseOfTheFirstDatabaseUnlessOneIsNamed) {
  EXPECT_EQ(server_conninfo(sample(), psql_target("blue")).value(), sample().databases[0].blue);
  EXPECT_EQ(server_conninfo(sample(), psql_target("green/billing")).value(),
            sample().databases[1].green);
  EXPECT_FALSE(server_conninfo(sample(), psql_target("green/nothing")));
}

TEST(PsqlTarget, ABouncerAloneIsItsConsoleAsItsFirstAdminUser) {
  const std::map<std::string, std::string> console{
      {"host", "10.0.0.5"}, {"port", "6432"}, {"dbname", "pgbouncer"}, {"user", "chief"}};
  EXPECT_EQ(leads_to("bouncer-1"), console);
}

TEST(PsqlTarget, AnEntryIsReachedAsAClientWould) {
  const std::map<std::string, std::string> entry{
      {"host", "10.0.0.5"}, {"port", "6432"}, {"dbname", "medplum"}, {"user", "admin"}};
  EXPECT_EQ(leads_to("bouncer-1/medplum"), entry);
}

TEST(PsqlTarget, AUserThatPsqlIsToldIsNotOverridden) {
  for (const char* const told : {"-U", "-Umedplum", "--username=medplum", "--username"})
    EXPECT_EQ(leads_to("bouncer-1/medplum", {"-c", "SELECT 1", told}).count("user"), 0U) << told;
  EXPECT_EQ(leads_to("bouncer-1/medplum", {"-c", "SELECT 1"}).at("user"), "admin");
}

TEST(PsqlTarget, ABouncerOnThisMachineIsReachedByItsSocket) {
  EXPECT_EQ(leads_to("here/medplum").at("host"), "/run/it's here");
}

TEST(PsqlTarget, ABouncerThatListensOnItsOwnHostOnlyIsRefusedFromElsewhere) {
  auto local = settings;
  local["listen_addr"] = "127.0.0.1";
  const auto config = sample();
  const auto conninfo =
      bouncer_conninfo(config, config.bouncers[0], psql_target("bouncer-1"), local);
  ASSERT_FALSE(conninfo);
  EXPECT_FALSE(conninfo.error().hint.empty());
}

TEST(PsqlTarget, AnUnknownPlaceIsAnErrorThatNamesTheKnownOnes) {
  const auto none = bouncer_of(sample(), psql_target("bouncer-9"));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().hint.find("bouncer-1"), std::string::npos);
}

TEST(PsqlTarget, APlaceThatTheConfigurationDoesNotKnowIsAMisuseOfTheCommand) {
  const auto config = sample();
  for (const char* place : {"red", "red/app", "blue/nothing", "green/nothing"}) {
    CommandLine line;
    line.psql_place = place;
    const auto result = psql_command(line, config);
    EXPECT_EQ(result.exit_code, 2) << place;
    EXPECT_FALSE(result.error->hint.empty()) << place;
  }
  for (const char* place : {"blue", "green/billing", "bouncer-1", "here/app"})
    EXPECT_TRUE(expect_place(config, psql_target(place))) << place;
}

}  // namespace
}  // namespace cutover
