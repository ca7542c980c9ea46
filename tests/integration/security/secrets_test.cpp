// After a full run with real passwords, also one that fails at its statements: no password and no
// private key is anywhere but where the operator put it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

namespace fs = std::filesystem;
using support::sql_identifier;
using support::sql_literal;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string password = "secret";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Every file below, with its path in front; sockets and links left out.
std::string texts_below(const fs::path& directory) {
  std::string all;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) all += file.path().string() + "\n" + text_of(file) + "\n";
  }
  return all;
}

support::RigOptions with_passwords() {
  support::RigOptions options;
  options.blue_major = 15;
  options.green_major = 15;
  options.authentication = support::Authentication::scram;
  for (auto* settings : {&options.blue_settings, &options.green_settings}) {
    settings->push_back({"shared_preload_libraries", "pg_stat_statements"});
    settings->push_back({"pg_stat_statements.track", "all"});
  }
  return options;
}

/// What the server says from here on, every statement included.
class ServerTalk {
 public:
  explicit ServerTalk(support::PostgresServer& server) : server_(server) {
    server.sql("ALTER SYSTEM SET log_statement = 'all'");
    server.sql("ALTER SYSTEM SET log_min_error_statement = 'debug1'");
    server.sql("SELECT pg_reload_conf()");
    server.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    server.sql("SELECT pg_stat_statements_reset()");
    from_ = text_of(server.log_file()).size();
  }

  std::string log() const { return text_of(server_.log_file()).substr(from_); }
  std::string statements() const {
    return server_.sql("SELECT string_agg(query, E'\\n') FROM pg_stat_statements").value();
  }

 private:
  support::PostgresServer& server_;
  std::size_t from_ = 0;
};

/// CREATE SUBSCRIPTION, which carries the password, fails on the server.
support::Finished failing_subscribe(support::CutoverRig& rig) {
  rig.green().sql(
      "CREATE FUNCTION say_no() RETURNS event_trigger LANGUAGE plpgsql AS "
      "'BEGIN RAISE ''not today''; END'; "
      "CREATE EVENT TRIGGER say_no ON ddl_command_start WHEN TAG IN ('CREATE SUBSCRIPTION') "
      "EXECUTE FUNCTION say_no()",
      "app");
  auto finished = rig.cutover({"subscribe", "--no-dry-run", "--yes", "-v"});
  rig.green().sql("DROP EVENT TRIGGER say_no; DROP FUNCTION say_no", "app");
  return finished;
}

TEST(Secrets, NoPasswordIsAnywhereAfterAWholeRunWithFailingStatements) {
  support::CutoverRig rig(with_passwords());
  ServerTalk blue(rig.blue());
  ServerTalk green(rig.green());
  std::string told;
  const auto tell = [&](const support::Finished& it) { told += it.output + it.errors; };
  tell(rig.cutover({"prepare", "--no-dry-run", "--yes", "-v"}));
  const auto failed = failing_subscribe(rig);
  EXPECT_THAT(failed.output + failed.errors, HasSubstr("not today"));
  tell(failed);
  rig.replicate();
  auto load = rig.start_load({.clients = 4, .writes_per_second = 200});
  ASSERT_TRUE(load.everyone_wrote(5, std::chrono::seconds(30))) << rig.logs();

  auto running = rig.start_cutover({"--no-dry-run", "--yes", "-v"});
  const auto argv = text_of("/proc/" + std::to_string(running.pid()) + "/cmdline") +
                    text_of("/proc/" + std::to_string(rig.agent(0).pid()) + "/cmdline");
  ASSERT_EQ(running.wait(std::chrono::seconds(60)), 0) << running.output() << running.errors();
  told += running.output() + running.errors();
  tell(rig.cutover({"status", "--json"}));
  tell(rig.cutover({"report", "--json"}));
  EXPECT_TRUE(rig.stop_and_verify(load).is_clean());

  EXPECT_THAT(argv, Not(HasSubstr(password)));
  EXPECT_THAT(told, Not(HasSubstr(password)));
  EXPECT_THAT(texts_below(rig.state_directory()), Not(HasSubstr(password))) << "journal, reports";
  for (int host = 0; host < rig.options().hosts; ++host) {
    EXPECT_THAT(text_of(rig.agent(host).log_file()), Not(HasSubstr(password)));
  }
  for (const auto* server : {&blue, &green}) {
    EXPECT_THAT(server->log(), HasSubstr("cutover")) << "it logs statements";
    EXPECT_THAT(server->log(), Not(HasSubstr(password)));
    EXPECT_THAT(server->statements(), HasSubstr("cutover"));
    EXPECT_THAT(server->statements(), Not(HasSubstr(password)));
  }
}

}  // namespace
}  // namespace cutover::tests
