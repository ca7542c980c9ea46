#include "controller/runbook/copy.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/postgres/conninfo.h"
#include "controller/runbook/copy_programs.h"
#include "controller/runbook/ddl_guard.h"
#include "controller/runbook/dump_and_restore.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/prepared.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/seed_position.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

// pg_restore cannot switch them off but as a superuser; rows come in no order that would suit them.
constexpr const char* triggered_tables_sql = R"(
SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.tgenabled <> 'D' AND n.nspname <> 'cutover' ORDER BY 1)";

constexpr const char* user_tables_sql = R"(
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover')
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1)";

// Owners and grantees of what is in this database.
constexpr const char* needed_roles_sql = R"(
SELECT DISTINCT r.rolname AS name FROM pg_shdepend AS d JOIN pg_roles AS r ON r.oid = d.refobjid
WHERE d.refclassid = 'pg_authid'::regclass
  AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY 1)";

Task<Result<std::vector<std::string>>> names_of(ServerSession& server, std::string sql) {
  const auto rows = co_await server.query(std::move(sql));
  if (!rows) co_return Error(rows.error());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, "name"));
  co_return names;
}

Task<Result<bool>> is_copied(ServerSession& green) {
  const auto seed = co_await recorded_seed(green);
  if (!seed) co_return seed.error();
  co_return seed->has_value();
}

Task<Result<Loader>> loader_of(ServerSession& green) {
  const auto rows = co_await green.query(
      "SELECT rolsuper AS is_superuser FROM pg_roles WHERE rolname = current_user");
  if (!rows) co_return Error(rows.error());
  const bool is_superuser = !rows->empty() && rows->text(0, "is_superuser") == "t";
  co_return is_superuser ? Loader::superuser : Loader::ordinary_role;
}

// ── checks ──

Task<Result<int>> major_of(ServerSession& server) {
  const auto rows =
      co_await server.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  if (!rows) co_return Error(rows.error());
  co_return static_cast<int>(number_of(rows->text(0, "major")));
}

Task<Result<CopyPrograms>> programs_between(ServerSession& blue, ServerSession& green) {
  const auto blue_major = co_await major_of(blue);
  if (!blue_major) co_return blue_major.error();
  const auto green_major = co_await major_of(green);
  if (!green_major) co_return green_major.error();
  auto programs = co_await find_copy_programs(*blue_major, *green_major);
  co_return programs;
}

Task<Outcome> look_at_programs(const PhaseSight& sight) {
  const auto programs = co_await programs_between(sight.blue, sight.green);
  co_return programs ? done(programs->said()) : refused(programs.error());
}

Task<Outcome> look_at_slots_use(const PhaseSight& sight) {
  const auto copied = co_await is_copied(sight.green);
  if (!copied) co_return refused(copied.error());
  if (*copied) co_return done("green is seeded already");
  const auto rows = co_await sight.blue.query(fmt::format(
      "SELECT slot_name AS name FROM pg_replication_slots WHERE active AND slot_name IN ({})",
      list_of_literals(slots_of(sight.database))));
  if (!rows) co_return outcome_of_failure(rows.error());
  if (rows->empty()) co_return done();
  co_return refused(fmt::format("{}: slot {} is in use", sight.blue.place(), rows->text(0, "name")),
                    "green follows already; drop its subscription before it is filled again");
}

Task<Outcome> look_at_room(const PhaseSight& sight) {
  const auto copied = co_await is_copied(sight.green);
  if (!copied) co_return refused(copied.error());
  if (*copied) co_return done("green is seeded already");
  const auto tables = co_await names_of(sight.green, user_tables_sql);
  if (!tables) co_return refused(tables.error());
  if (tables->empty()) co_return done("green has no table: schema and rows are loaded");
  std::vector<std::string> filled;
  for (const auto& table : *tables) {
    const auto row = co_await sight.green.query("SELECT FROM " + table + " LIMIT 1");
    if (!row) co_return outcome_of_failure(row.error());
    if (!row->empty()) filled.push_back(table);
  }
  if (filled.empty())
    co_return done(fmt::format("{} empty tables are there: rows are loaded", tables->size()));
  co_return refused(sight.green.place() + ": tables already have rows: " + named(filled),
                    "empty them, or drop and create the database: nothing of yours is overwritten");
}

/// Of an ordinary role, where rows alone are loaded.
Task<Outcome> look_at_triggers(const PhaseSight& sight) {
  const auto loader = co_await loader_of(sight.green);
  if (!loader) co_return refused(loader.error());
  if (*loader == Loader::superuser) co_return done("green's user is a superuser");
  const auto tables = co_await names_of(sight.green, triggered_tables_sql);
  if (!tables) co_return refused(tables.error());
  if (tables->empty()) co_return done("there is none");
  const auto copied = co_await is_copied(sight.green);
  if (!copied) co_return refused(copied.error());
  if (*copied) co_return done("green is seeded already");
  co_return refused(fmt::format("{}: only a superuser may load rows into tables with triggers or "
                                "foreign keys: {}",
                                sight.green.place(), named(*tables)),
                    "give `green` a superuser, or leave the schema to `seed --copy`: drop and "
                    "create the database");
}

Task<Outcome> look_at_roles(const PhaseSight& sight) {
  const auto needed = co_await names_of(sight.blue, needed_roles_sql);
  if (!needed) co_return refused(needed.error());
  const auto there = co_await names_of(sight.green, "SELECT rolname AS name FROM pg_roles");
  if (!there) co_return refused(there.error());
  std::vector<std::string> missing;
  for (const auto& role : *needed)
    if (std::find(there->begin(), there->end(), role) == there->end()) missing.push_back(role);
  if (missing.empty()) co_return done();
  co_return refused(fmt::format("{}: roles that own things on blue are missing here: {}",
                                sight.green.place(), named(missing)),
                    "pg_dumpall --roles-only of blue, loaded into green");
}

// ── steps ──

Task<Result<Standing>> look_at_copy(const PhaseSight& sight) {
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return seed.error();
  if (*seed) co_return holds((*seed)->lsn + ", " + (*seed)->source);
  co_return due();
}

struct Snapshot {
  postgres::Connection connection;  ///< holds it while it is open
  std::string name;
  std::string lsn;
};

Task<Outcome> recreate_slots_but_last(PhaseServers& servers) {
  const auto slots = slots_of(servers.database);
  for (const auto& slot : slots) {
    const auto dropped = co_await servers.blue.query(
        fmt::format("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                    "WHERE slot_name = {} AND database = current_database()",
                    quote_literal(slot)));
    if (!dropped) co_return outcome_of_failure(dropped.error());
    if (slot == slots.back()) continue;
    const auto made = co_await servers.blue.query(fmt::format(
        "SELECT pg_create_logical_replication_slot({}, 'pgoutput')", quote_literal(slot)));
    if (!made) co_return outcome_of_failure(made.error());
  }
  co_return done();
}

/// The snapshot of the last slot shows exactly what was committed before its position; the others
/// are older, so that position is right for them too.
Task<Result<Snapshot>> export_snapshot(const PhaseServers& servers) {
  const postgres::Settings wanted{
      {"replication", "database"},
      {"options", "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"}};
  const auto conninfo = postgres::with_parameters(servers.database.blue, wanted);
  if (!conninfo) co_return conninfo.error();
  auto connected = co_await postgres::Connection::connect(*conninfo);
  if (!connected) co_return Error(connected.error());
  Snapshot snapshot;
  snapshot.connection = std::move(*connected);
  const auto made = co_await snapshot.connection.script(
      "CREATE_REPLICATION_SLOT " + quote_identifier(slots_of(servers.database).back()) +
      " LOGICAL pgoutput EXPORT_SNAPSHOT");
  if (!made) co_return Error(made.error());
  snapshot.name = made->front().text(0, "snapshot_name");
  snapshot.lsn = made->front().text(0, "consistent_point");
  co_return std::move(snapshot);
}

/// What is of cutover on green was never used: the snapshot brings blue's.
Task<Outcome> make_room(PhaseServers& servers, CopyScope scope) {
  const auto& subscriptions = servers.database.subscriptions;
  std::string sql = "DROP SCHEMA IF EXISTS cutover CASCADE;";
  if (scope == CopyScope::rows_only) sql += own_schema_sql(subscriptions) + phase_tables_sql();
  const auto made = co_await servers.green.script(sql);
  co_return made ? done() : outcome_of_failure(made.error());
}

Task<Outcome> copy_blue(PhaseServers& servers) {
  const auto there = co_await names_of(servers.green, user_tables_sql);
  if (!there) co_return in_doubt(there.error());
  const auto wanted = co_await names_of(servers.blue, user_tables_sql);
  if (!wanted) co_return in_doubt(wanted.error());
  const auto programs = co_await programs_between(servers.blue, servers.green);
  if (!programs) co_return refused(programs.error());
  CopyJob job;
  job.programs = *programs;
  job.scope = there->empty() ? CopyScope::everything : CopyScope::rows_only;
  job.tables = wanted->size();
  const auto loader = co_await loader_of(servers.green);
  if (!loader) co_return refused(loader.error());
  job.loader = *loader;
  auto outcome = co_await make_room(servers, job.scope);
  if (outcome.is_done()) outcome = co_await recreate_slots_but_last(servers);
  if (!outcome.is_done()) co_return outcome;
  const auto snapshot = co_await export_snapshot(servers);
  if (!snapshot) co_return refused(snapshot.error());
  for (const auto& slot : slots_of(servers.database))
    servers.tell_value("blue create replication slot output",
                       "(" + slot + "," + snapshot->lsn + ")");
  job.snapshot = snapshot->name;
  outcome = co_await dump_and_restore(servers, job);
  if (!outcome.is_done()) co_return outcome;
  const auto guard = co_await drop_guard(servers.green);
  if (!guard.is_done()) co_return guard;
  const Seed seed{snapshot->lsn, "copy of a snapshot of blue"};
  outcome = co_await record_seed(servers.green, seed);
  if (outcome.is_done()) servers.tell_value("green initial LSN", snapshot->lsn);
  co_return outcome;
}

}  // namespace

std::vector<PhaseCheck> copy_checks() {
  return {
      {"two_servers", "blue and green are two servers", look_whether_two_servers},
      {"prepared", "blue has the publications and slots that prepare makes", look_whether_prepared},
      {"programs", "pg_dump and pg_restore that fit both servers are here", look_at_programs},
      {"slots_unused", "nobody reads from the slots", look_at_slots_use},
      {"room", "green has no table, or empty ones", look_at_room},
      {"triggers", "green's user may switch triggers off where rows alone are loaded",
       look_at_triggers},
      {"roles", "the roles that own things on blue exist on green", look_at_roles},
  };
}

std::vector<PhaseStep> copy_steps() {
  return {
      {"copy", "make the slots anew, load schema and rows of the last one's snapshot into green",
       look_at_copy, copy_blue},
  };
}

}  // namespace cutover
