// After a full run with real passwords, also one that fails at its statements: no password and no
// private key is anywhere but where the operator put it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/integration/security/argv_watch.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/sql_session.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

namespace fs = std::filesystem;
using support::read_file;
using ::testing::HasSubstr;
using ::testing::Not;

/// No word that could be anywhere by chance.
std::string random_password() {
  std::random_device random;
  std::string password = "pw";
  for (int i = 0; i < 20; ++i) password += static_cast<char>('a' + random() % 26);
  return password;
}

/// Every file below, with its path in front; sockets and links left out.
std::string texts_below(const fs::path& directory) {
  std::string all;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) all += file.path().string() + "\n" + read_file(file) + "\n";
  }
  return all;
}

std::string page_of(int port) {
  const auto url = "http://127.0.0.1:" + std::to_string(port) + "/metrics";
  return support::run_program({{"curl", "-sf", url}}).output;
}

support::RigOptions with_passwords(support::Reach reach) {
  support::RigOptions options;
  options.blue_major = 15;
  options.green_major = 17;  // pg_restore of Debian 13 loads into nothing older
  options.authentication = support::Authentication::scram;
  options.password = random_password();
  options.reach = reach;
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
    from_ = read_file(server.log_file()).size();
  }

  std::string log() const { return read_file(server_.log_file()).substr(from_); }
  std::string statements() const {
    return server_.sql("SELECT string_agg(query, E'\\n') FROM pg_stat_statements").value();
  }

 private:
  support::PostgresServer& server_;
  std::size_t from_ = 0;
};

/// A fleet with a random password, and all that it tells anybody.
class Watched {
 public:
  explicit Watched(support::Reach reach)
      : rig_(with_metrics(with_passwords(reach))), blue_(rig_.blue()), green_(rig_.green()) {}

  support::CutoverRig& rig() { return rig_; }

  /// What it said; it is among what was told.
  std::string run(std::vector<std::string> arguments, int exit_code = 0) {
    arguments.insert(arguments.end(), {"--yes", "-v"});
    const auto finished = rig_.cutover(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << arguments[0] << "\n"
                                             << finished.output << finished.errors << rig_.logs();
    told_ += finished.output + finished.errors + read_file(directory_ / "cutover.prom");
    return finished.output + finished.errors;
  }

  /// A cutover whose metrics are read while it runs.
  void cut_over() {
    auto running = rig_.start_cutover({"--no-dry-run", "--yes", "-v"});
    std::string page;
    EXPECT_TRUE(support::eventually(std::chrono::seconds(20), [&] {
      page += page_of(metrics_port_.number());
      return !page.empty();
    }));
    EXPECT_EQ(running.wait(std::chrono::seconds(60)), 0) << running.output() << running.errors();
    EXPECT_THAT(page, HasSubstr("cutover_phase"));
    told_ += running.output() + running.errors() + page;
  }

  /// Aborted at CREATE SUBSCRIPTION, which carries the password.
  void fail_to_subscribe(std::vector<std::string> arguments) {
    constexpr int aborted = 3;
    const auto on_both_sides = [this](const std::string& sql) {
      for (auto* server : {&rig_.blue(), &rig_.green()})
        support::run_sql(
            server->conninfo("app") + " options='-c default_transaction_read_only=off'", sql);
    };
    on_both_sides(
        "CREATE FUNCTION say_no() RETURNS event_trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE ''not today''; END'; "
        "CREATE EVENT TRIGGER say_no ON ddl_command_start WHEN TAG IN ('CREATE SUBSCRIPTION') "
        "EXECUTE FUNCTION say_no()");
    EXPECT_THAT(run(std::move(arguments), aborted), HasSubstr("not today"));
    on_both_sides("DROP EVENT TRIGGER say_no; DROP FUNCTION say_no");
  }

  /// Whatever anybody may read, in words what it is.
  std::vector<std::pair<std::string, std::string>> everything() {
    for (int host = 0; host < rig_.options().hosts; ++host) {
      told_ += page_of(rig_.agent(host).metrics_port());
      told_ += read_file(rig_.agent(host).log_file());
    }
    std::vector<std::pair<std::string, std::string>> all = {
        {"command lines", argv_.seen()},
        {"output, metrics and logs", told_},
        {"journal and reports", texts_below(rig_.state_directory())}};
    for (int host = 0; host < rig_.options().hosts; ++host)
      all.emplace_back("what an agent keeps", texts_below(rig_.agent(host).state_directory()));
    for (const auto* server : {&blue_, &green_}) {
      all.emplace_back("a server's log", server->log());
      all.emplace_back("pg_stat_statements", server->statements());
    }
    return all;
  }

  void expect_no_secret() {
    std::vector<std::string> secrets = {rig_.options().password, "PRIVATE KEY"};
    std::istringstream key(read_file(rig_.sshd().identity()));
    for (std::string line; std::getline(key, line) && !line.empty();) secrets.push_back(line);
    for (const auto& [what, text] : everything()) {
      EXPECT_THAT(text, HasSubstr("cutover")) << what << ": there is something to look at";
      for (const auto& secret : secrets) EXPECT_THAT(text, Not(HasSubstr(secret))) << what;
    }
  }

  std::string command_lines() { return argv_.seen(); }

 private:
  support::RigOptions with_metrics(support::RigOptions options) const {
    options.more_config =
        "[metrics]\nlisten = \"127.0.0.1:" + std::to_string(metrics_port_.number()) +
        "\"\ntextfile = \"" + (directory_ / "cutover.prom").string() + "\"\n";
    return options;
  }

  support::FreePort metrics_port_;
  support::TemporaryDirectory directory_{"told"};
  support::CutoverRig rig_;
  ServerTalk blue_;
  ServerTalk green_;
  std::string told_;
  ArgvWatch argv_;
};

TEST(Secrets, AreNowhereAfterAWholeRunWithFailingStatements) {
  Watched watched(support::Reach::libssh2);
  auto& rig = watched.rig();
  watched.run({"prepare", "--no-dry-run"});
  watched.fail_to_subscribe({"subscribe", "--no-dry-run"});
  watched.run({"subscribe", "--no-dry-run"});
  rig.analyze_green();
  watched.run({"verify"});
  auto load = rig.start_load({.clients = 4, .writes_per_second = 100});
  ASSERT_TRUE(load.everyone_wrote(5, std::chrono::seconds(30))) << rig.logs();

  watched.fail_to_subscribe({"--no-dry-run"});
  watched.cut_over();
  watched.run({"status", "--json"});
  for (const char* form : {"--json", "--html"}) watched.run({"report", form});
  watched.fail_to_subscribe({"rollback", "--no-dry-run"});
  watched.run({"rollback", "--no-dry-run"});
  watched.run({"recover", "--no-dry-run"});
  watched.cut_over();
  EXPECT_TRUE(rig.stop_and_verify(load).is_clean());
  watched.run({"finish", "--no-dry-run", "--watch", "1s"});

  watched.expect_no_secret();
  EXPECT_THAT(watched.command_lines(), HasSubstr("cutover-agent --config"))
      << "the daemon, connect";
  EXPECT_THAT(watched.command_lines(), HasSubstr("pgbouncer ")) << "also the private one";
}

TEST(Secrets, AreNowhereAfterACopyOverSsh) {
  Watched watched(support::Reach::openssh);
  watched.run({"prepare", "--no-dry-run"});
  watched.run({"seed", "--copy", "--no-dry-run"});
  watched.run({"subscribe", "--no-dry-run"});
  watched.rig().analyze_green();
  watched.cut_over();

  watched.expect_no_secret();
  for (const char* program : {"pg_dump ", "pg_restore ", "ssh "})
    EXPECT_THAT(watched.command_lines(), HasSubstr(program));
}

}  // namespace
}  // namespace cutover::tests
