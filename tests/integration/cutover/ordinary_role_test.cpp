// The operator's role is no superuser, as on a managed server: from 16 on it may subscribe, when it
// was granted what docs/operations.md names.
#include <gtest/gtest.h>

#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

/// What docs/operations.md asks for; "app" owns the tables.
constexpr const char* role_sql = R"(
CREATE ROLE chief LOGIN REPLICATION PASSWORD 'secret';
GRANT pg_monitor, pg_signal_backend, pg_create_subscription, app TO chief;
ALTER DATABASE app OWNER TO chief)";

constexpr const char* origin_sql =
    "GRANT EXECUTE ON FUNCTION pg_replication_origin_advance(text, pg_lsn) TO chief";

/// The rig's cutover.toml, with this role in place of the superuser.
void let_operate(const support::CutoverRig& rig, const std::string& role) {
  auto config = support::read_file(rig.config_path());
  const std::string from = "user=postgres";
  for (auto at = config.find(from); at != std::string::npos; at = config.find(from, at))
    config.replace(at, from.size(), "user=" + role);
  support::write_file(rig.config_path(), config);
}

void must(support::CutoverRig& rig, std::vector<std::string> arguments) {
  SCOPED_TRACE(arguments.empty() ? "cutover" : arguments.front());
  arguments.insert(arguments.end(), {"--no-dry-run", "--yes"});
  const auto finished = rig.cutover(arguments);
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors << rig.logs();
}

TEST(AnOrdinaryRole, GoesFromPrepareToFinishWithTheRightsTheGuideNames) {
  support::RigOptions options;
  options.blue_major = 16;
  options.green_major = 17;
  options.hosts = 1;
  options.authentication = support::Authentication::scram;
  // The rig's bouncers know a superuser, as whom the agents look through them. PAUSE ends that one.
  options.more_config = "[checks]\nwaive = [\"terminable_sessions\"]\n";
  support::CutoverRig rig(options);
  for (auto* server : {&rig.blue(), &rig.green()}) {
    server->sql(role_sql);
    server->sql(origin_sql, "app");
  }
  let_operate(rig, "chief");
  must(rig, {"prepare"});
  must(rig, {"subscribe"});
  must(rig, {"analyze"});
  must(rig, {});
  support::run_sql(rig.client_conninfos()[0], "INSERT INTO load.client VALUES (777, 0)");
  must(rig, {"rollback"});
  const std::string count = "SELECT count(*) FROM load.client WHERE client = 777";
  EXPECT_EQ(rig.blue().sql(count, "app").value(), "1");
  must(rig, {"finish", "--watch", "1s"});
}

}  // namespace
}  // namespace cutover::tests
