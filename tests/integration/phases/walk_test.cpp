// The whole runbook on real servers under load: by a clone and the real pg_upgrade, and by a copy.
// Nothing is lost on the way and nothing is left behind. CUTOVER_TEST_LONG=1 walks further pairs.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include "tests/integration/phases/catalogue.h"
#include "tests/integration/phases/clone.h"
#include "tests/support/eventually.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

using support::CutoverRig;
using support::PostgresServer;

constexpr std::chrono::milliseconds command_limit{120000};

constexpr const char* shapes_sql = R"(
CREATE EXTENSION pg_trgm VERSION '1.4';
CREATE SCHEMA "Odd schema";
CREATE TABLE "Odd schema"."no ""key""" (a int, b text);
CREATE TABLE fits (a int NOT NULL, b text);
CREATE UNIQUE INDEX "fits it" ON fits (a);
CREATE INDEX ON fits USING gin (b gin_trgm_ops);
INSERT INTO "Odd schema"."no ""key""" SELECT i % 7, 'x' FROM generate_series(1, 50) AS i;
INSERT INTO fits SELECT i, md5(i::text) FROM generate_series(1, 500) AS i)";

constexpr const char* churn_sql = R"(
UPDATE "Odd schema"."no ""key""" SET b = b || 'y' WHERE a = 3;
DELETE FROM fits WHERE a % 10 = 1;
UPDATE fits SET b = reverse(b) WHERE a % 3 = 0)";

constexpr const char* shapes_value_sql = R"(
SELECT (SELECT md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C"))
        FROM "Odd schema"."no ""key""" AS t)
       || (SELECT md5(string_agg(t::text, ',' ORDER BY a)) FROM fits AS t))";

enum class Green { cloned, copied };

struct Way {
  std::string name;
  Green made;
  int blue;
  int green;
  int tables;
};

std::vector<Way> ways() {
  std::vector<Way> all = {
      {"CloneOf13UpgradedTo17", Green::cloned, 13, has_pg_upgrade() ? 17 : 13, 200},
      {"CopyFrom15To18", Green::copied, 15, 18, 30}};
  if (std::getenv("CUTOVER_TEST_LONG") != nullptr)
    all.push_back({"CopyFrom12To17", Green::copied, 12, 17, 200});
  return all;
}

support::RigOptions walk_options(const Way& way) {
  support::RigOptions options;
  options.blue_major = way.blue;
  options.green_major = way.green;
  options.schema.tables = way.tables;
  options.schema.sequences = way.tables;
  options.durability = support::Durability::fast;
  options.more_config = "";
  return options;
}

/// The rig's cutover.toml with another port of green, for the time before its upgrade.
std::string config_for(const CutoverRig& rig, int green_port, int clone_port) {
  std::stringstream text;
  text << std::ifstream(rig.config_path()).rdbuf();
  auto config = text.str();
  const auto from = "port=" + std::to_string(green_port);
  const auto to = "port=" + std::to_string(clone_port);
  for (auto at = config.find(from); at != std::string::npos; at = config.find(from, at + to.size()))
    config.replace(at, from.size(), to);
  return config;
}

class Walk : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    rig_.emplace(walk_options(GetParam()));
    rig_->blue().sql(shapes_sql, "app");
    before_ = catalogue_of(rig_->blue_conninfo());
    load_.emplace(rig_->start_load({.clients = 8, .writes_per_second = 200}));
  }

  void must(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--no-dry-run", "--yes"});
    const auto finished = rig_->cutover(arguments, command_limit);
    ASSERT_EQ(finished.exit_code, 0) << rig_->cutover({"status"}).output << ":\n"
                                     << finished.output << finished.errors << rig_->logs();
  }

  /// `seed` while green is still a clone of blue's major, then the upgrade.
  void clone_seed_and_upgrade() {
    if (!has_pg_upgrade()) {  // scripts/setup could not fetch it: the clone itself is green
      clone_into(rig_->green(), rig_->blue());
      rig_->blue().sql(churn_sql, "app");
      must({"seed"});
      return;
    }
    PostgresServer clone({.major = 13, .durability = support::Durability::fast});
    clone_into(clone, rig_->blue());
    rig_->blue().sql(churn_sql, "app");
    const auto path = rig_->config_path().parent_path() / "clone.toml";
    std::ofstream(path) << config_for(*rig_, rig_->green().port(), clone.port());
    const auto seeded = support::run_program(
        {.argv = {support::cutover_program(), "--config", path, "seed", "--no-dry-run", "--yes"}},
        command_limit);
    ASSERT_EQ(seeded.exit_code, 0) << seeded.output << seeded.errors;
    upgrade_into(rig_->green(), clone);
  }

  /// Into a database without any table.
  void copy() {
    rig_->green().sql("DROP DATABASE app");
    rig_->green().sql("CREATE DATABASE app");
    must({"seed", "--copy"});
    ASSERT_NO_FATAL_FAILURE(holds_already({"seed", "--copy"}));
  }

  void make_green() {
    if (GetParam().made == Green::cloned) return clone_seed_and_upgrade();
    copy();
  }

  void expect_shapes_follow() {
    const auto blue = rig_->blue().sql(shapes_value_sql, "app").value();
    EXPECT_TRUE(support::eventually(std::chrono::seconds(30), [&] {
      return rig_->green().sql(shapes_value_sql, "app").value() == blue;
    }));
  }

  static std::string version_of_pg_trgm(PostgresServer& server) {
    return server.sql("SELECT extversion FROM pg_extension WHERE extname = 'pg_trgm'", "app")
        .value();
  }

  /// With writes of every client on the side that serves then, so that the next move has to keep
  /// them.
  void move_traffic(const std::string& command) {
    must(command == "cutover" ? std::vector<std::string>() : std::vector<std::string>{command});
    EXPECT_TRUE(load_->everyone_wrote(3, std::chrono::seconds(20))) << command << rig_->logs();
  }

  /// The state of the whole operation comes from the journal alone.
  void expect_checklist_ticked() {
    const auto page = rig_->cutover({"runbook"}, command_limit).output;
    for (const char* command :
         {"prepare", "seed", "subscribe", "analyze", "warm", "verify", "finish"})
      EXPECT_TRUE(
          std::regex_search(page, std::regex("\\[x\\] [^\n]*`cutover " + std::string(command))))
          << command << "\n"
          << page;
    EXPECT_TRUE(std::regex_search(page, std::regex("\\(cutover,[0-9A-F]+/[0-9A-F]+\\)"))) << page;
    EXPECT_TRUE(std::regex_search(page, std::regex("green initial LSN[^\n]*[0-9A-F]+/[0-9A-F]+")))
        << page;
  }

  /// Someone else's slot has the name of ours: the steps before it are done and stay.
  void stop_half_way_in_prepare() {
    rig_->blue().sql("SELECT pg_create_logical_replication_slot('cutover', 'test_decoding')",
                     "app");
    const auto stopped = rig_->cutover({"prepare", "--no-dry-run", "--yes"}, command_limit);
    EXPECT_EQ(stopped.exit_code, 3) << stopped.output << stopped.errors;
    EXPECT_NE(stopped.errors.find("slot cutover exists for plugin test_decoding"),
              std::string::npos)
        << stopped.errors;
    rig_->blue().sql("SELECT pg_drop_replication_slot('cutover')", "app");
  }

  /// The second time a phase says of every step that it holds.
  void holds_already(std::vector<std::string> phase) {
    phase.insert(phase.end(), {"--no-dry-run", "--yes", "--json"});
    const auto again = rig_->cutover(phase, command_limit);
    ASSERT_EQ(again.exit_code, 0) << again.output << again.errors;
    const auto result = boost::json::parse(again.output).as_object();
    EXPECT_FALSE(result.at("steps").as_array().empty());
    for (const auto& step : result.at("steps").as_array())
      EXPECT_TRUE(step.at("detail").as_string().starts_with("already holds")) << step;
  }

  void expect_ddl_in_status() {
    rig_->blue().sql("CREATE TABLE passing (a int PRIMARY KEY); DROP TABLE passing", "app");
    const auto status = rig_->cutover({"status"}, command_limit).output;
    for (const char* command : {"CREATE TABLE public.passing", "DROP TABLE public.passing"})
      EXPECT_NE(status.find(command), std::string::npos) << status;
  }

  std::optional<CutoverRig> rig_;
  std::optional<support::LoadDriver> load_;
  std::string before_;
};

TEST_P(Walk, FromPrepareToFinishNothingIsLostAndNothingIsLeft) {
  ASSERT_NO_FATAL_FAILURE(must({"doctor"}));
  rig_->cutover({"prepare"}, command_limit);
  EXPECT_EQ(catalogue_of(rig_->blue_conninfo()), before_) << "a dry run changed something";
  ASSERT_NO_FATAL_FAILURE(stop_half_way_in_prepare());
  ASSERT_NO_FATAL_FAILURE(must({"prepare"}));
  ASSERT_NO_FATAL_FAILURE(holds_already({"prepare"}));
  ASSERT_NO_FATAL_FAILURE(make_green());
  ASSERT_NO_FATAL_FAILURE(must({"subscribe"}));
  ASSERT_NO_FATAL_FAILURE(holds_already({"subscribe"}));
  expect_ddl_in_status();
  rig_->blue().sql(churn_sql, "app");
  expect_shapes_follow();
  EXPECT_EQ(version_of_pg_trgm(rig_->green()), GetParam().green > 13 ? "1.6" : "1.5");
  for (const char* command : {"analyze", "warm"}) ASSERT_NO_FATAL_FAILURE(must({command}));
  const auto verified = rig_->cutover({"verify"}, command_limit);
  EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.errors;
  for (const char* command : {"cutover", "rollback", "cutover"})
    ASSERT_NO_FATAL_FAILURE(move_traffic(command));
  const auto verdict = rig_->stop_and_verify(*load_);
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict) << rig_->logs();
  EXPECT_EQ(rig_->cutover({"finish", "--no-dry-run", "--watch", "1s"}).exit_code, 2)
      << "nobody typed the answer";
  ASSERT_NO_FATAL_FAILURE(must({"finish", "--lift-fence", "--watch", "1s"}));
  EXPECT_EQ(catalogue_of(rig_->blue_conninfo()), before_);
  EXPECT_EQ(catalogue_of(rig_->green_conninfo()), before_);
  expect_checklist_ticked();
  const auto report = rig_->cutover({"report"}, command_limit).output;
  EXPECT_NE(report.find("## Checks"), std::string::npos) << report;
}

INSTANTIATE_TEST_SUITE_P(Ways, Walk, testing::ValuesIn(ways()),
                         [](const auto& way) { return way.param.name; });

}  // namespace
}  // namespace cutover::tests
