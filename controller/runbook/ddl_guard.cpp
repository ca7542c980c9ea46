#include "controller/runbook/ddl_guard.h"

#include <fmt/format.h>

#include "controller/runbook/phase_tables.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_literal;

// SECURITY DEFINER: the roles that run DDL may not write cutover.ddl. A partition counts with the
// tree it belongs to; a new table counts where the publication is for all tables, since green lacks
// it then. What is dropped is no longer in pg_publication_rel: its entry there is dropped with it.
// Catalogues alone are read: the view pg_publication_tables (from 16 on) and pg_partition_tree()
// lock tables, so that DDL would wait for other DDL, or stop in a deadlock with it.
constexpr const char* body_sql = R"(
DECLARE
  seen record;
BEGIN
  IF TG_EVENT = 'ddl_command_end' THEN
    FOR seen IN
      SELECT DISTINCT c.command_tag AS command, c.object_identity AS object
      FROM pg_event_trigger_ddl_commands() AS c
      WHERE c.classid = 'pg_class'::regclass AND c.object_type IN ('table', 'table column')
        AND c.schema_name NOT IN ('cutover', 'pg_temp')
        AND EXISTS (
          WITH RECURSIVE above AS (
            SELECT c.objid AS oid
            UNION SELECT i.inhparent
            FROM above JOIN pg_inherits AS i ON i.inhrelid = above.oid
            JOIN pg_class AS r ON r.oid = i.inhparent AND r.relkind = 'p'
          ), below AS (
            SELECT c.objid AS oid
            UNION SELECT i.inhrelid
            FROM below JOIN pg_inherits AS i ON i.inhparent = below.oid
            JOIN pg_class AS r ON r.oid = i.inhparent AND r.relkind = 'p'
          )
          SELECT FROM (SELECT oid FROM above UNION SELECT oid FROM below) AS tree
          JOIN pg_class AS t ON t.oid = tree.oid AND t.relpersistence = 'p'
          JOIN pg_publication AS p ON p.pubname IN ({0})
          WHERE p.puballtables
            OR EXISTS (SELECT FROM pg_publication_rel AS r
                       WHERE r.prpubid = p.oid AND r.prrelid = t.oid){2})
    LOOP
      {1}
    END LOOP;
  ELSE
    FOR seen IN
      SELECT TG_TAG AS command, d.object_identity AS object
      FROM pg_event_trigger_dropped_objects() AS d
      WHERE d.object_type IN ('table', 'table column') AND NOT d.is_temporary
        AND d.schema_name <> 'cutover'
        AND (EXISTS (SELECT FROM pg_publication AS p WHERE p.pubname IN ({0}) AND p.puballtables)
             OR EXISTS (SELECT FROM pg_event_trigger_dropped_objects() AS r
                        WHERE r.classid = 'pg_publication_rel'::regclass)
             OR d.object_type = 'table column'
                AND EXISTS (SELECT FROM pg_publication_rel AS r WHERE r.prrelid = d.objid){3})
    LOOP
      {1}
    END LOOP;
  END IF;
END )";

// Schemas are published from 15 on.
constexpr int first_version_with_published_schemas = 150000;

constexpr const char* in_published_schema_sql = R"(
            OR EXISTS (SELECT FROM pg_publication_namespace AS s
                       WHERE s.pnpubid = p.oid AND s.pnnspid = t.relnamespace))";

constexpr const char* dropped_from_published_schema_sql = R"(
             OR EXISTS (SELECT FROM pg_publication_namespace AS s
                        JOIN pg_publication AS p ON p.oid = s.pnpubid AND p.pubname IN ({0})
                        JOIN pg_namespace AS n ON n.oid = s.pnnspid
                        WHERE n.nspname = d.schema_name))";

constexpr const char* record_sql = R"(INSERT INTO cutover.ddl VALUES
      ('blue', md5(random()::text || clock_timestamp()::text || seen.object), clock_timestamp(),
       session_user, seen.command, seen.object);)";

constexpr const char* refuse_sql = R"(RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = seen.command || ' of ' || seen.object || ' is refused: the table is being replicated',
      HINT = 'Wait until the migration is over, or ask who runs it.';)";

constexpr const char* triggers[] = {"cutover_ddl", "cutover_drop"};

std::string body_of(const DatabaseConfig& database, DdlGuard guard, int server_version) {
  const auto names = list_of_literals(publications_of(database));
  const auto* act = guard == DdlGuard::refuses ? refuse_sql : record_sql;
  if (server_version < first_version_with_published_schemas)
    return fmt::format(body_sql, names, act, "", "");
  return fmt::format(body_sql, names, act, in_published_schema_sql,
                     fmt::format(dropped_from_published_schema_sql, names));
}

/// DDL after the second gate is still sent to green and comes back by the way back.
std::string create_sql(const std::string& body) {
  return own_row_guard_sql("blue", "cutover.ddl") +
         fmt::format(
             "CREATE OR REPLACE FUNCTION cutover.guard_ddl() RETURNS event_trigger LANGUAGE "
             "plpgsql "
             "SECURITY DEFINER SET search_path = pg_catalog AS {2};"
             "DROP EVENT TRIGGER IF EXISTS {0}; DROP EVENT TRIGGER IF EXISTS {1};"
             "CREATE EVENT TRIGGER {0} ON ddl_command_end EXECUTE FUNCTION cutover.guard_ddl();"
             "CREATE EVENT TRIGGER {1} ON sql_drop EXECUTE FUNCTION cutover.guard_ddl()",
             triggers[0], triggers[1], quote_literal(body));
}

// On RDS the members of rds_superuser may.
constexpr const char* may_sql = R"(
SELECT rolsuper OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_superuser'
                           AND pg_has_role(current_user, oid, 'MEMBER')) AS may
FROM pg_roles WHERE rolname = current_user)";

constexpr const char* guard_triggers_sql = R"(
SELECT p.prosrc AS body FROM pg_event_trigger AS e JOIN pg_proc AS p ON p.oid = e.evtfoid
WHERE e.evtname IN ('cutover_ddl', 'cutover_drop') AND e.evtenabled <> 'D')";

const char* what_it_does(DdlGuard guard) {
  return guard == DdlGuard::refuses ? "refuses DDL on published tables"
                                    : "writes DDL on published tables down";
}

}  // namespace

Task<Result<Standing>> look_at_guard(const PhaseSight& sight) {
  const auto guard = sight.options.wishes.ddl_guard;
  const auto allowed = co_await sight.blue.query(may_sql);
  if (!allowed) co_return Error(allowed.error());
  if (allowed->empty() || allowed->text(0, "may") != "t")
    co_return holds("none: the role may not make event triggers; watch out for DDL yourself");
  const auto rows = co_await sight.blue.query(guard_triggers_sql);
  if (!rows) co_return Error(rows.error());
  const auto body = body_of(sight.database, guard, sight.blue.server_version());
  const bool is_as_wished =
      rows->size() == 2 && rows->text(0, "body") == body && rows->text(1, "body") == body;
  co_return is_as_wished ? holds(what_it_does(guard)) : due(what_it_does(guard));
}

Task<Outcome> create_guard(PhaseServers& servers) {
  const auto guard = servers.options.wishes.ddl_guard;
  const auto opened = co_await servers.blue.open();
  if (opened) co_return refused(*opened);
  const auto body = body_of(servers.database, guard, servers.blue.server_version());
  const auto sql = phase_tables_sql() + create_sql(body);
  const auto made = co_await servers.blue.script(sql);
  co_return made ? done(what_it_does(guard)) : outcome_of_failure(made.error());
}

Task<Result<Standing>> look_for_guard(ServerSession& session) {
  const auto rows = co_await session.query(
      "SELECT FROM pg_event_trigger WHERE evtname IN ('cutover_ddl', 'cutover_drop')");
  if (!rows) co_return Error(rows.error());
  co_return rows->empty() ? holds() : due("it is there");
}

Task<Outcome> drop_guard(ServerSession& session) {
  const auto dropped = co_await session.script(
      "DROP EVENT TRIGGER IF EXISTS cutover_ddl; DROP EVENT TRIGGER IF EXISTS cutover_drop;"
      "DROP FUNCTION IF EXISTS cutover.guard_ddl()");
  co_return dropped ? done() : outcome_of_failure(dropped.error());
}

}  // namespace cutover
