#include "controller/runbook/create_subscription.h"

#include <fmt/format.h>

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr int first_version_with_parameter_grants = 150000;

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

std::string create_sql(const SubscriptionConfig& subscription, const std::string& conninfo) {
  return fmt::format(
      "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} "
      "WITH (create_slot = false, slot_name = {}, copy_data = true)",
      quote_identifier(subscription.subscription), quote_literal(conninfo),
      quote_identifier(subscription.publication), quote_literal(subscription.slot));
}

Outcome failed(const postgres::Failure& failure) {
  return failure.lost ? in_doubt(failure) : refused(failure);
}

/// Nothing when there is no such subscription.
Task<std::optional<Outcome>> existing(PhaseServers& servers, SubscriptionConfig wanted) {
  const auto rows = co_await servers.green.query(
      "SELECT s.subenabled, coalesce(s.subslotname, '') AS slot FROM pg_subscription AS s "
      "JOIN pg_database AS d ON d.oid = s.subdbid "
      "WHERE d.datname = current_database() AND s.subname = " +
      quote_literal(wanted.subscription));
  if (!rows) co_return failed(rows.error());
  if (rows->empty()) co_return std::nullopt;
  if (rows->text(0, "slot") == wanted.slot && rows->text(0, "subenabled") == "t")
    co_return done("exists");
  co_return refused(
      fmt::format("{}: subscription {} exists, {}, with slot {}", servers.green.place(),
                  wanted.subscription, rows->text(0, "subenabled") == "t" ? "enabled" : "disabled",
                  rows->text(0, "slot")),
      "enable or drop it by hand, after a look at why it is so");
}

Task<Outcome> create_in_transaction(PhaseServers& servers, SubscriptionConfig subscription,
                                    std::string conninfo) {
  const auto created =
      co_await servers.green.script_in_transaction(create_sql(subscription, conninfo));
  if (!created) co_return failed(created.error());
  const auto committed = co_await servers.green.script_in_transaction("COMMIT");
  co_return committed ? done() : failed(committed.error());
}

}  // namespace

Result<std::string> conninfo_for_worker(const std::string& replicate_from) {
  const auto password = postgres::password_of(replicate_from);
  if (!password) return password.error();
  if (!*password) return postgres::with_parameters(replicate_from, {});
  return postgres::with_parameters(replicate_from, {{"password", **password}});
}

Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription) {
  const auto there = co_await existing(servers, subscription);
  if (there) co_return *there;
  const auto conninfo = conninfo_for_worker(servers.database.replicate_from);
  if (!conninfo) co_return refused(conninfo.error());
  const auto begun = co_await servers.green.script("BEGIN");
  if (!begun) co_return failed(begun.error());
  const auto quiet = keep_out_of_logs(servers.green.server_version());
  const auto kept = co_await servers.green.script_in_transaction(quiet);
  auto outcome = kept ? done() : failed(kept.error());
  if (outcome.is_done()) outcome = co_await create_in_transaction(servers, subscription, *conninfo);
  if (!outcome.is_done()) servers.green.close();  // rolls back
  co_return outcome;
}

}  // namespace cutover
