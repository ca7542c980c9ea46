// Ways to make blue and green differ, and things that replication leaves behind.
#include "tests/integration/checks/server_pair.h"

namespace cutover {
namespace {

std::vector<Provocation> object_provocations() {
  return {
      {.check = "schema",
       .outcome = fail,
       .says = "columns only on green: public.account.extra",
       .green = "ALTER TABLE account ADD extra int",
       .undo_green = "ALTER TABLE account DROP extra"},
      {.check = "schema",
       .outcome = fail,
       .says = "public.account.name (blue: 2 text not null, green: 2 text)",
       .green = "ALTER TABLE account ALTER name DROP NOT NULL",
       .undo_green = "ALTER TABLE account ALTER name SET NOT NULL"},
      {.check = "schema_objects",
       .outcome = fail,
       .says = "objects missing on green: index by_name of public.account",
       .blue = "CREATE INDEX by_name ON account (name)",
       .undo_blue = "DROP INDEX by_name"},
      {.check = "schema_objects",
       .outcome = fail,
       .says = "objects differing: default of public.",
       .green = "ALTER TABLE account ALTER name SET DEFAULT 'x'",
       .undo_green = "ALTER TABLE account ALTER name SET DEFAULT ''"},
      {.check = "schema_objects",
       .outcome = warn,
       .says = "objects only on green: function public.f()",
       .green = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
       .undo_green = "DROP FUNCTION f()"},
      {.check = "unlogged_tables",
       .outcome = fail,
       .says = "unlogged, its rows stay behind: public.cache",
       .blue = "CREATE UNLOGGED TABLE cache (id int); INSERT INTO cache VALUES (1)",
       .undo_blue = "DROP TABLE cache"},
      {.check = "unlogged_tables",
       .outcome = warn,
       .says = "unlogged and empty: public.cache",
       .blue = "CREATE UNLOGGED TABLE cache (id int)",
       .undo_blue = "DROP TABLE cache"},
      {.check = "large_objects",
       .outcome = fail,
       .says = "large objects stay behind: 1",
       .blue = "SELECT lo_create(424242)",
       .undo_blue = "SELECT lo_unlink(424242)"},
      {.check = "materialized_views",
       .outcome = fail,
       .says = "public.totals (blue: populated, green: not populated)",
       .blue = "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM account",
       .green = "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM account WITH NO DATA",
       .undo_blue = "DROP MATERIALIZED VIEW totals",
       .undo_green = "DROP MATERIALIZED VIEW totals"},
      {.check = "materialized_views",
       .outcome = warn,
       .says = "as old as green's last REFRESH",
       .blue = "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM account",
       .green = "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM account",
       .undo_blue = "DROP MATERIALIZED VIEW totals",
       .undo_green = "DROP MATERIALIZED VIEW totals"},
      {.check = "generated_columns",
       .outcome = fail,
       .says = "generated columns differing: ",
       .blue = "CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED)",
       .green = "CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 2) STORED)",
       .undo_blue = "DROP TABLE g",
       .undo_green = "DROP TABLE g"},
      {.check = "generated_columns",
       .outcome = warn,
       .says = "computed by green itself: public.g.b",
       .blue = "CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED)",
       .green = "CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED)",
       .undo_blue = "DROP TABLE g",
       .undo_green = "DROP TABLE g"},
  };
}

const std::string quiet_trigger =
    "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER audit BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION quiet();";
const std::string no_trigger = "DROP TRIGGER audit ON event; DROP FUNCTION quiet()";

std::vector<Provocation> trigger_and_sequence_provocations() {
  return {
      {.check = "replica_triggers",
       .outcome = fail,
       .says = "ENABLE ALWAYS on green: audit of public.event",
       .green = quiet_trigger + "ALTER TABLE event ENABLE ALWAYS TRIGGER audit",
       .undo_green = no_trigger},
      {.check = "replica_triggers",
       .outcome = warn,
       .says = "ENABLE REPLICA on blue: audit of public.event",
       .blue = quiet_trigger + "ALTER TABLE event ENABLE REPLICA TRIGGER audit",
       .undo_blue = no_trigger},
      // What `prepare` leaves there stays, and is calm.
      {.check = "event_triggers",
       .outcome = warn,
       .says = "fires on blue: on_ddl (ddl_command_start)",
       .blue = "CREATE FUNCTION ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
               "CREATE EVENT TRIGGER on_ddl ON ddl_command_start EXECUTE FUNCTION ddl();"
               "CREATE SCHEMA IF NOT EXISTS cutover;"
               "CREATE FUNCTION cutover.guard_ddl() RETURNS event_trigger LANGUAGE plpgsql"
               "  AS 'BEGIN END';"
               "CREATE EVENT TRIGGER cutover_ddl ON ddl_command_end"
               "  EXECUTE FUNCTION cutover.guard_ddl()",
       .undo_blue = "DROP EVENT TRIGGER on_ddl; DROP FUNCTION ddl()"},
      {.check = "cron_jobs",
       .outcome = warn,
       .says = "active on blue: 7: DELETE FROM event",
       .blue = "CREATE SCHEMA cron; CREATE TABLE cron.job (jobid bigint PRIMARY KEY, command text,"
               "  database text, active boolean);"
               "INSERT INTO cron.job VALUES (8, 'SELECT 1', 'app', false)",
       .green = "CREATE SCHEMA cron; CREATE TABLE cron.job (jobid bigint PRIMARY KEY, command text,"
                "  database text, active boolean)",
       .undo_blue = "DROP SCHEMA cron CASCADE",
       .undo_green = "DROP SCHEMA cron CASCADE",
       .hold_blue = "INSERT INTO cron.job VALUES (7, 'DELETE FROM event', 'app', true)"},
      {.check = "sequences",
       .outcome = fail,
       .says = "sequences missing on green: public.only_blue",
       .blue = "CREATE SEQUENCE only_blue",
       .undo_blue = "DROP SEQUENCE only_blue"},
      {.check = "sequences",
       .outcome = fail,
       .says = "by 1, green: integer from 1 to 2147483647 by 5",
       .green = "ALTER SEQUENCE account_id_seq INCREMENT BY 5",
       .undo_green = "ALTER SEQUENCE account_id_seq INCREMENT BY 1"},
      {.check = "columns_above_sequences",
       .outcome = fail,
       .says = "beyond its sequence: public.account.id (5000, sequence at",
       .blue = "INSERT INTO account (id) VALUES (5000)",
       .undo_blue = "DELETE FROM account WHERE id = 5000"},
      {.check = "columns_above_sequences",
       .outcome = fail,
       .says = "public.event.id (5000, sequence at",
       .blue = "INSERT INTO event (id) VALUES (5000)",
       .undo_blue = "DELETE FROM event WHERE id = 5000"},
      {.check = "columns_above_sequences",
       .outcome = fail,
       .says = "public.down.id (-7, sequence at its start)",
       .blue = "CREATE TABLE down (id int PRIMARY KEY); CREATE SEQUENCE down_seq INCREMENT -1;"
               "ALTER TABLE down ALTER id SET DEFAULT nextval('down_seq');"
               "CREATE PUBLICATION none; INSERT INTO down VALUES (-7)",
       .green = "CREATE TABLE down (id int PRIMARY KEY)",
       .undo_blue = "DROP PUBLICATION none; DROP TABLE down; DROP SEQUENCE down_seq",
       .undo_green = "DROP TABLE down"},
  };
}

void use_odd_collation(std::string& sql, const std::string& version) {
  sql =
      "SET allow_system_table_mods = on;"
      "CREATE COLLATION odd (provider = icu, locale = 'de');"
      "CREATE TABLE sorted (id int PRIMARY KEY, a text COLLATE odd);" +
      (version.empty()
           ? std::string()
           : "UPDATE pg_collation SET collversion = '" + version + "' WHERE collname = 'odd'");
}

std::vector<Provocation> setting_provocations() {
  Provocation collation{.check = "collation_versions",
                        .outcome = warn,
                        .says = "on green recorded with another version: public.odd (0.1"};
  use_odd_collation(collation.blue, "");
  use_odd_collation(collation.green, "0.1");
  collation.undo_blue = collation.undo_green = "DROP TABLE sorted; DROP COLLATION odd";
  return {
      collation,
      {.check = "roles",
       .outcome = fail,
       .says = "login roles missing on green: only_blue",
       .blue = "CREATE ROLE only_blue LOGIN",
       .undo_blue = "DROP ROLE only_blue"},
      {.check = "roles",
       .outcome = warn,
       .says = "app_user (blue: login inherit createdb, green: login inherit)",
       .blue = "ALTER ROLE app_user CREATEDB",
       .undo_blue = "ALTER ROLE app_user NOCREATEDB"},
      {.check = "roles",
       .outcome = warn,
       .says = "app_user (blue: login inherit replication, green: login inherit)",
       .blue = "ALTER ROLE app_user REPLICATION",
       .undo_blue = "ALTER ROLE app_user NOREPLICATION"},
      {.check = "grants",
       .outcome = warn,
       .says = "default privileges missing on green: tables made by postgres in public",
       .blue = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_user",
       .undo_blue =
           "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM app_user"},
      {.check = "grants",
       .outcome = warn,
       .says = "functions made by postgres (blue: nobody, green: EXECUTE to app_user",
       .blue = "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
       .green = "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO app_user",
       .undo_blue = "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
       .undo_green = "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM app_user"},
      {.check = "grants",
       .outcome = fail,
       .says = "privileges missing on green: SELECT on public.account to app_user",
       .blue = "GRANT SELECT ON account TO app_user",
       .undo_blue = "REVOKE SELECT ON account FROM app_user"},
      {.check = "grants",
       .outcome = warn,
       .says = "CREATE on schema public to PUBLIC",
       .green = "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
       .undo_green = "GRANT CREATE ON SCHEMA public TO PUBLIC"},
      {.check = "grants",
       .outcome = fail,
       .says = "public.event (blue: postgres, green: app_user)",
       .green = "ALTER TABLE event OWNER TO app_user",
       .undo_green = "ALTER TABLE event OWNER TO postgres"},
      {.check = "database_and_role_settings",
       .outcome = warn,
       .says = "settings missing on green: work_mem of this database",
       .blue = "ALTER DATABASE app SET work_mem = '8MB'",
       .undo_blue = "ALTER DATABASE app RESET work_mem"},
      {.check = "read_only_overrides",
       .outcome = fail,
       .says = "would write in spite of the fence: role app_user",
       .blue = "ALTER ROLE app_user SET default_transaction_read_only = off",
       .undo_blue = "ALTER ROLE app_user RESET default_transaction_read_only"},
      {.check = "read_only_overrides",
       .outcome = fail,
       .says = "would write in spite of the fence: role app_user",
       .blue = "ALTER ROLE app_user SET default_transaction_read_only = 'Fals'",
       .undo_blue = "ALTER ROLE app_user RESET default_transaction_read_only"},
      {.check = "writable_by_default",
       .outcome = fail,
       .says = "born read-only on green",
       .green = "ALTER DATABASE app SET default_transaction_read_only = on",
       .undo_green = "BEGIN READ WRITE; ALTER DATABASE app RESET default_transaction_read_only;"
                     "COMMIT"},
      // A fence of blue's that came over by replication excuses nothing.
      {.check = "writable_by_default",
       .outcome = fail,
       .says = "born read-only on green",
       .green = "CREATE SCHEMA IF NOT EXISTS cutover;"
                "CREATE TABLE cutover.run AS SELECT 'blue'::text AS side, true AS fenced;"
                "ALTER DATABASE app SET default_transaction_read_only = on",
       .undo_green = "BEGIN READ WRITE; ALTER DATABASE app RESET default_transaction_read_only;"
                     "DROP TABLE cutover.run; COMMIT"},
      {.check = "writable_by_default",
       .outcome = fail,
       .says = "role app_user",
       .green = "ALTER ROLE app_user SET default_transaction_read_only = 'tr'",
       .undo_green = "ALTER ROLE app_user RESET default_transaction_read_only"},
      {.check = "extensions",
       .outcome = warn,
       .says = "older on green than on blue: hstore (blue: 1.7, green: 1.6)",
       .blue = "CREATE EXTENSION hstore",
       .green = "CREATE EXTENSION hstore VERSION '1.6'",
       .undo_blue = "DROP EXTENSION hstore",
       .undo_green = "DROP EXTENSION hstore"},
      {.check = "extensions",
       .outcome = fail,
       .says = "extensions missing on green: hstore",
       .blue = "CREATE EXTENSION hstore",
       .undo_blue = "DROP EXTENSION hstore"},
  };
}

}  // namespace

std::vector<Provocation> schema_provocations() {
  auto all = object_provocations();
  for (auto& each : trigger_and_sequence_provocations()) all.push_back(std::move(each));
  for (auto& each : setting_provocations()) all.push_back(std::move(each));
  return all;
}

}  // namespace cutover
