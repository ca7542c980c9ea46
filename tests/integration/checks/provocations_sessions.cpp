// Ways to be in the cutover's way by being connected, by holding on, by counting wrong.
#include "tests/integration/checks/server_pair.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

std::string as_app_user(const std::string& conninfo) {
  return conninfo + " user=app_user";
}

/// All rights of postgres, and none on what `keeper` owns.
const std::string kept_sequence =
    "CREATE ROLE mover LOGIN IN ROLE postgres, pg_monitor, pg_signal_backend; CREATE ROLE keeper;"
    "CREATE SCHEMA kept; CREATE SEQUENCE kept.counter; ALTER SEQUENCE kept.counter OWNER TO keeper;"
    "ALTER SCHEMA kept OWNER TO keeper";
const std::string no_kept_sequence = "DROP SCHEMA kept CASCADE; DROP ROLE keeper; DROP ROLE mover";

SameRows events_of_the_day() {
  SameRows rows;
  rows.table = "event";
  rows.key = "id";
  rows.columns = {"body"};
  rows.time_column = "at";
  rows.since = 24h;
  rows.until = 5min;
  return rows;
}

Provocation session_under_the_fence_of(const std::string& colour, CheckOutcome outcome,
                                       const std::string& says) {
  return {.check = "green_clients",
          .outcome = outcome,
          .says = says,
          .green = "CREATE SCHEMA IF NOT EXISTS cutover; CREATE TABLE cutover.run AS SELECT '" +
                   colour + "'::text AS side, true AS fenced",
          .undo_green = "DROP TABLE cutover.run",
          .hold_green = "SELECT 1"};
}

}  // namespace

std::vector<Provocation> session_provocations() {
  return {
      {.check = "own_rights",
       .outcome = fail,
       .says = "app_user on blue lacks: ",
       .configure =
           [](Config& config) {
             config.databases[0].blue = as_app_user(config.databases[0].blue);
           }},
      {.check = "own_rights",
       .outcome = fail,
       .says = "app_user on green lacks: membership in pg_read_all_stats, UPDATE on sequence ",
       .configure =
           [](Config& config) {
             config.databases[0].green = as_app_user(config.databases[0].green);
           }},
      {.check = "own_rights",
       .outcome = fail,
       .says = "mover on blue lacks: USAGE on schema kept, SELECT on sequence kept.counter",
       .blue = kept_sequence,
       .undo_blue = no_kept_sequence,
       .configure = [](Config& config) { config.databases[0].blue += " user=mover"; }},
      {.check = "own_rights",
       .outcome = fail,
       .says = "USAGE on schema kept, SELECT on sequence kept.counter",
       .green = kept_sequence,
       .undo_green = no_kept_sequence,
       .configure = [](Config& config) { config.databases[0].green += " user=mover"; }},
      {.check = "green_connections",
       .outcome = fail,
       .says = "the pools may open 1005",
       .inspect =
           [](proto::Inspection& inspection) {
             auto& columns =
                 *inspection.mutable_processes(0)->mutable_databases(0)->mutable_columns();
             columns["pool_size"] = "1000";
           }},
      {.check = "green_statistics",
       .outcome = fail,
       .says = "has rows and was never analyzed: public.unseen",
       .green = "CREATE TABLE unseen (id int); INSERT INTO unseen VALUES (1)",
       .undo_green = "DROP TABLE unseen"},
      {.check = "oldest_transaction",
       .outcome = warn,
       .says = "open: ",
       .hold_blue = "BEGIN; SELECT 1",
       .configure = [](Config& config) { config.limits.quiet_transaction_age = 1ms; }},
      {.check = "oldest_transaction",
       .outcome = fail,
       .says = "open for too long: ",
       .hold_blue = "BEGIN; SELECT 1",
       .configure =
           [](Config& config) {
             config.limits.quiet_transaction_age = 1ms;
             config.limits.quiet_timeout = 2ms;
           }},
      {.check = "prepared_transactions",
       .outcome = fail,
       .says = "prepared: 'two-phase' by postgres",
       .blue = "BEGIN; INSERT INTO event (body) VALUES ('p'); PREPARE TRANSACTION 'two-phase'",
       .undo_blue = "ROLLBACK PREPARED 'two-phase'"},
      {.check = "green_clients",
       .outcome = fail,
       .says = "may write: postgres from 127.0.0.1",
       .hold_green = "SELECT 1"},
      {.check = "green_clients",
       .outcome = warn,
       .says = "may only read: app_user from 127.0.0.1",
       .hold_green = "SELECT 1",
       .hold_user = "app_user"},
      // Of a rollback: who looks back on a fenced side is in nobody's way.
      session_under_the_fence_of(
          "green", warn, "behind the old fence, are ended when it goes: postgres from 127.0.0.1"),
      // A fence of blue's that came over by replication keeps nobody from writing.
      session_under_the_fence_of("blue", fail, "may write: postgres from 127.0.0.1"),
      {.check = "bouncer_bypass",
       .outcome = warn,
       .says = "connected beside the bouncers: app_user from 127.0.0.1",
       .hold_blue = "SELECT 1",
       .hold_user = "app_user"},
      {.check = "superuser_sessions",
       .outcome = warn,
       .says = "superuser sessions: postgres from 127.0.0.1",
       .hold_blue = "SELECT 1"},
      {.check = "terminable_sessions",
       .outcome = fail,
       .says = "we may not end: postgres",
       .hold_blue = "SELECT 1",
       .configure =
           [](Config& config) {
             config.databases[0].blue = as_app_user(config.databases[0].blue);
           }},
      {.check = "minimum_rows",
       .outcome = fail,
       .says = "too few rows: public.account of blue (100 of 101)",
       .configure =
           [](Config& config) {
             config.checks.minimum_rows = {{"account", 101}};
           }},
      {.check = "minimum_rows",
       .outcome = fail,
       .says = "blue has no table Account",
       .configure =
           [](Config& config) {
             config.checks.minimum_rows = {{"Account", 1}};
           }},
      {.check = "same_rows",
       .outcome = fail,
       .says = "rows of event differing: id 7",
       .green = "UPDATE event SET body = 'changed' WHERE id = 7",
       .undo_green = "UPDATE event SET body = 'e7' WHERE id = 7",
       .configure = [](Config& config) { config.checks.same_rows = {events_of_the_day()}; }},
      {.check = "same_rows",
       .outcome = fail,
       .says = "rows of event missing on green: id 8",
       .green = "DELETE FROM event WHERE id = 8",
       .undo_green = "INSERT INTO event (id, body, at) VALUES (8, 'e8', now() - interval '1 h')",
       .configure = [](Config& config) { config.checks.same_rows = {events_of_the_day()}; }},
  };
}

}  // namespace cutover
