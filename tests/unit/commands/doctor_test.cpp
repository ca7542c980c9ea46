// `cutover doctor` where much is missing at once: it finds each of it out. What it makes of one
// flaw: jumpbox_points_test.cpp.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "controller/commands/commands.h"
#include "tests/support/free_port.h"
#include "tests/support/scoped_environment.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

/// Nobody listens anywhere; the file it wants for a directory is one.
Config with_nothing_set_up(const support::TemporaryDirectory& directory, int closed) {
  Config config;
  config.state_dir = directory / "state";
  support::write_file(config.state_dir, "");
  const std::string nowhere =
      "host=127.0.0.1 port=" + std::to_string(closed) + " dbname=app user=nobody";
  DatabaseConfig database;
  database.name = "app";
  database.blue = database.green = nowhere;
  config.databases = {database};
  BouncerConfig bouncer;
  bouncer.name = "one";
  bouncer.transport = Transport::libssh2;
  bouncer.user = "nobody";
  bouncer.host = "127.0.0.1";
  bouncer.port = static_cast<std::uint16_t>(closed);
  bouncer.identity = directory / "key";
  bouncer.known_hosts = directory / "no_known_hosts";
  config.bouncers = {bouncer};
  return config;
}

void write_for_all(const std::filesystem::path& path) {
  support::write_file(path, "secret\n");
  ::chmod(path.c_str(), 0644);
}

TEST(DoctorCommand, FindsOutWhatIsMissing) {
  const support::TemporaryDirectory directory("doctor");
  const support::FreePort closed;
  const Config config = with_nothing_set_up(directory, closed.number());
  write_for_all(directory / "pgpass");
  write_for_all(directory / "key");
  const support::ScopedEnvironment environment({{"PGPASSFILE", directory / "pgpass"},
                                                {"PATH", directory / "none"},
                                                {"SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22"},
                                                {"TMUX", ""},
                                                {"STY", ""}});
  CommandLine line;
  line.json = true;
  const auto result = doctor_command(line, config);
  std::map<std::string, std::string> found;
  for (const auto& check : result.checks) {
    found[check.name] = name_of(check.finding.outcome);
    EXPECT_FALSE(check.finding.hint.empty()) << check.name;
  }
  const std::map<std::string, std::string> expected = {
      {"state_dir", "fail"},    {"password_file", "fail"}, {"ssh", "warn"},
      {"psql", "warn"},         {"tmux", "warn"},          {"session", "warn"},
      {"blue of app", "fail"},  {"green of app", "fail"},  {"one key", "fail"},
      {"one host key", "fail"}, {"one agent", "fail"}};
  EXPECT_EQ(found, expected);
  EXPECT_EQ(result.exit_code, 1);
}

}  // namespace
}  // namespace cutover
