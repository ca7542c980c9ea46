#include "controller/servers/secret_statement.h"

#include <fmt/format.h>

#include "common/postgres/conninfo.h"

namespace cutover {
namespace {

constexpr int first_version_with_parameter_grants = 150000;
constexpr int first_version_with_primary = 140000;  // of libpq

// In a message of its own before the statement, and COMMIT in one after it: the server logs a
// message as a whole, by the settings of its start and end. What a role may not set stays.
constexpr const char* keep_out_of_logs_sql = R"(
SELECT set_config(known.name, wanted.value, true)
FROM (VALUES ('log_statement', 'none'), ('log_min_duration_statement', '-1'),
             ('log_min_duration_sample', '-1'), ('log_duration', 'off'),
             ('log_min_error_statement', 'panic'), ('track_activities', 'off'),
             ('pg_stat_statements.track', 'none'), ('auto_explain.log_min_duration', '-1'))
     AS wanted(name, value)
JOIN pg_settings AS known ON known.name = wanted.name
WHERE known.context = 'user'
   OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user){})";

std::string keep_out_of_logs(int server_version) {
  const bool grants = server_version >= first_version_with_parameter_grants;
  return fmt::format(keep_out_of_logs_sql,
                     grants ? " OR has_parameter_privilege(known.name, 'SET')" : "");
}

}  // namespace

Result<std::string> conninfo_for_worker(const std::string& conninfo, int server_version) {
  const auto password = postgres::password_of(conninfo);
  if (!password) return password.error();
  const auto attributes = postgres::parameter_of(conninfo, "target_session_attrs");
  if (!attributes) return attributes.error();
  postgres::Settings settings;
  if (*password) settings.emplace_back("password", **password);
  if (*attributes == "read-write") {
    if (server_version < first_version_with_primary)
      return Error{
          "target_session_attrs=read-write would keep replication out once that side is fenced",
          "name one host in replicate_from and replicate_back, without target_session_attrs"};
    settings.emplace_back("target_session_attrs", "primary");
  }
  return postgres::with_parameters(conninfo, settings);
}

Task<postgres::Answer<std::vector<postgres::Rows>>> run_secretly(ServerSession& session,
                                                                 std::string statement) {
  auto begun = co_await session.script("BEGIN");
  if (!begun) co_return begun;
  const auto quiet = keep_out_of_logs(session.server_version());
  auto answer = co_await session.script_in_transaction(quiet);
  if (answer) answer = co_await session.script_in_transaction(std::move(statement));
  if (answer) answer = co_await session.script_in_transaction("COMMIT");
  if (!answer) session.close();  // rolls back
  co_return answer;
}

}  // namespace cutover
