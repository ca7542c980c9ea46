// Roles, memberships and privileges: what a client may do on blue it has to be allowed on green.
#include <fmt/format.h>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/servers/listed_sequences.h"

namespace cutover {
namespace {

constexpr auto logins_sql = R"sql(
  SELECT quote_ident(r.rolname) AS object, '' AS value
    FROM pg_roles r
   WHERE r.rolcanlogin AND r.rolname !~ '^pg_')sql";

/// Passwords are in pg_authid, which only superusers may read; that a role can log in on green is
/// proven through each bouncer (green_reachable).
constexpr auto attributes_sql = R"sql(
  SELECT quote_ident(r.rolname) AS object,
         concat_ws(' ', CASE WHEN r.rolcanlogin THEN 'login' END,
                   CASE WHEN r.rolsuper THEN 'superuser' END,
                   CASE WHEN r.rolinherit THEN 'inherit' END,
                   CASE WHEN r.rolcreaterole THEN 'createrole' END,
                   CASE WHEN r.rolcreatedb THEN 'createdb' END,
                   CASE WHEN r.rolreplication THEN 'replication' END,
                   CASE WHEN r.rolbypassrls THEN 'bypassrls' END,
                   CASE WHEN r.rolconnlimit >= 0 THEN 'limit ' || r.rolconnlimit END,
                   CASE WHEN r.rolvaliduntil < 'infinity' THEN 'until ' || r.rolvaliduntil END,
                   (SELECT 'in ' || string_agg(quote_ident(g.rolname), ',' ORDER BY g.rolname)
                      FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                     WHERE m.member = r.oid)) AS value
    FROM pg_roles r
   WHERE r.rolname !~ '^pg_')sql";

Task<Finding> roles(const CheckContext& context) {
  Evidence evidence;
  const Comparison logins{.sql = logins_sql,
                          .subject = "login roles",
                          .extra = CheckOutcome::pass,
                          .scope = Scope::cluster};
  co_await gather_differences(context, logins, evidence);
  const Comparison attributes{.sql = attributes_sql,
                              .subject = "roles",
                              .missing = CheckOutcome::warn,
                              .different = CheckOutcome::warn,
                              .extra = CheckOutcome::pass,
                              .show_values = true,
                              .scope = Scope::cluster};
  co_await gather_differences(context, attributes, evidence);
  co_return evidence.finding("green has every role of blue",
                             "bring them over: pg_dumpall --roles-only on blue, its output into "
                             "psql on green (passwords come with it)");
}

/// One row per grantee, privilege and object. Defaults are spelled out, so that an owner's rights
/// and those of PUBLIC count. MAINTAIN came with 17 and belongs to owners; it would always differ.
/// Owners' own rights follow from ownership, which is compared for itself below.
constexpr auto privileges_sql = R"sql(
  WITH objects AS (
    SELECT format('%s', c.oid::regclass) AS name, c.relowner AS owner,
           coalesce(c.relacl, acldefault(CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::"char",
                                         c.relowner)) AS acl
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
       AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
       AND NOT EXISTS (SELECT FROM pg_depend e
                        WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')
    UNION ALL
    SELECT format('%s.%I', c.oid::regclass, a.attname), c.relowner, a.attacl
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
       AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
    UNION ALL
    SELECT format('function %s', f.oid::regprocedure), f.proowner,
           coalesce(f.proacl, acldefault('f', f.proowner))
      FROM pg_proc f
      JOIN pg_namespace n ON n.oid = f.pronamespace
     WHERE n.nspname !~ '^(pg_|information_schema$|cutover$)'
       AND NOT EXISTS (SELECT FROM pg_depend e
                        WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid
                          AND e.deptype = 'e')
    UNION ALL
    SELECT format('schema %I', n.nspname), n.nspowner,
           coalesce(n.nspacl, acldefault('n', n.nspowner))
      FROM pg_namespace n
     WHERE n.nspname !~ '^(pg_|information_schema$|cutover$)'
    UNION ALL
    SELECT 'the database', d.datdba, coalesce(d.datacl, acldefault('d', d.datdba))
      FROM pg_database d
     WHERE d.datname = current_database())
  SELECT DISTINCT format('%s on %s to %s', p.privilege_type, o.name,
                         coalesce(quote_ident(r.rolname), 'PUBLIC')) AS object, '' AS value
    FROM objects o
   CROSS JOIN aclexplode(o.acl) p
    LEFT JOIN pg_roles r ON r.oid = p.grantee
   WHERE p.privilege_type <> 'MAINTAIN' AND p.grantee <> o.owner
     AND (o.name = 'schema public' AND p.privilege_type = 'CREATE' AND p.grantee = 0) = $1::bool
  )sql";

/// From 15 on a fresh database does not let PUBLIC create in schema public: a difference by
/// design, which an upgraded database does not show.
Task<void> gather_grants(const CheckContext& context, bool of_public_schema, CheckOutcome missing,
                         Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(of_public_schema ? "t" : "f");
    const auto answers = co_await ask_blue_and_green(database, privileges_sql, parameters);
    if (!answers.blue) evidence.unknown(answers.blue.error());
    if (!answers.green) evidence.unknown(answers.green.error());
    if (!answers.blue || !answers.green) continue;
    const Comparison question{.subject = "privileges", .missing = missing};
    compare_values(question, prefix_of(context, database), values_of(*answers.blue),
                   values_of(*answers.green), evidence);
  }
}

constexpr auto owners_sql = R"sql(
  SELECT format('%I.%I', n.nspname, c.relname) AS object,
         pg_get_userbyid(c.relowner) AS value
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)')sql";

/// What is granted on objects yet to be made. A row replaces what is granted by default, so that
/// one without a grantee takes rights from PUBLIC.
constexpr auto default_privileges_sql = R"sql(
  SELECT format('%s made by %I%s',
                CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
                  WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
                  ELSE 'large objects' END,
                pg_get_userbyid(d.defaclrole),
                CASE WHEN n.oid IS NULL THEN '' ELSE format(' in %I', n.nspname) END) AS object,
         coalesce((SELECT string_agg(p.privilege_type || ' to '
                                       || coalesce(quote_ident(r.rolname), 'PUBLIC'), ', '
                                     ORDER BY p.privilege_type, r.rolname)
                     FROM aclexplode(d.defaclacl) p
                     LEFT JOIN pg_roles r ON r.oid = p.grantee
                    WHERE p.grantee <> d.defaclrole AND p.privilege_type <> 'MAINTAIN'),
                  'nobody') AS value
    FROM pg_default_acl d
    LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace)sql";

Task<Finding> grants(const CheckContext& context) {
  Evidence evidence;
  co_await gather_grants(context, false, CheckOutcome::fail, evidence);
  co_await gather_grants(context, true, CheckOutcome::warn, evidence);
  const Comparison owners{.sql = owners_sql,
                          .subject = "owners",
                          .missing = CheckOutcome::pass,
                          .extra = CheckOutcome::pass,
                          .show_values = true};
  co_await gather_differences(context, owners, evidence);
  const Comparison defaults{.sql = default_privileges_sql,
                            .subject = "default privileges",
                            .missing = CheckOutcome::warn,
                            .different = CheckOutcome::warn,
                            .show_values = true};
  co_await gather_differences(context, defaults, evidence);
  co_return evidence.finding(
      "green grants what blue grants",
      "bring them over: GRANT, ALTER … OWNER TO and ALTER DEFAULT PRIVILEGES on "
      "green, or pg_dump --schema-only of blue");
}

/// What the cutover itself will do on blue. SHARE locks need a right to change the table's rows,
/// triggers need TRIGGER, and ending sessions pg_signal_backend. The fence is tried as pg_monitor.
constexpr auto own_rights_blue_sql = R"sql(
  WITH me AS (SELECT rolsuper AS super, oid FROM pg_roles WHERE rolname = current_user)
  SELECT 'fail' AS outcome, format('%I on blue lacks', current_user) AS label, lacking AS object
    FROM me,
         LATERAL (
           SELECT 'membership in pg_read_all_stats' AS lacking
            WHERE NOT pg_has_role(me.oid, 'pg_read_all_stats', 'USAGE')
           UNION ALL
           SELECT 'membership in pg_monitor'
            WHERE NOT pg_has_role(me.oid, 'pg_monitor', 'MEMBER')
           UNION ALL
           SELECT 'membership in pg_signal_backend'
            WHERE NOT pg_has_role(me.oid, 'pg_signal_backend', 'USAGE')
           UNION ALL
           SELECT format('ownership of database %I (ALTER DATABASE … SET)', d.datname)
             FROM pg_database d
            WHERE d.datname = current_database() AND NOT pg_has_role(me.oid, d.datdba, 'USAGE')
           UNION ALL
           SELECT format('TRIGGER and UPDATE on %I.%I', t.schemaname, t.tablename)
             FROM pg_publication_tables t
            WHERE t.schemaname <> 'cutover'
              AND NOT (has_table_privilege(me.oid, format('%I.%I', t.schemaname, t.tablename),
                                           'TRIGGER')
                   AND has_table_privilege(me.oid, format('%I.%I', t.schemaname, t.tablename),
                                           'UPDATE, DELETE, TRUNCATE'))
           UNION ALL {}) rights
   WHERE NOT me.super)sql";

/// has_sequence_privilege fails on what is no sequence, and may be asked before any other
/// condition: so it is asked of pg_sequence's rows.
constexpr auto own_rights_green_sql = R"sql(
  WITH me AS (SELECT rolsuper AS super, oid FROM pg_roles WHERE rolname = current_user)
  SELECT 'fail' AS outcome, format('%I on green lacks', current_user) AS label, lacking AS object
    FROM me,
         LATERAL (
           SELECT 'membership in pg_read_all_stats' AS lacking
            WHERE NOT pg_has_role(me.oid, 'pg_read_all_stats', 'USAGE')
           UNION ALL
           SELECT format('UPDATE on sequence %s', c.oid::regclass)
             FROM pg_sequence q
             JOIN pg_class c ON c.oid = q.seqrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_'
              AND NOT has_sequence_privilege(me.oid, q.seqrelid, 'UPDATE')
           UNION ALL {}) rights
   WHERE NOT me.super)sql";

/// Sequences are read on both sides, while clients wait. The list is grouped so that
/// has_sequence_privilege is asked of nothing else than sequences.
std::string reading_rights_sql() {
  return fmt::format(R"sql(
           SELECT lacking
             FROM (SELECT DISTINCT format('USAGE on schema %I', listed.nspname) AS lacking
                     FROM (SELECT n.oid, n.nspname {0}) AS listed
                    WHERE NOT has_schema_privilege(listed.oid, 'USAGE')
                    UNION ALL
                   SELECT format('SELECT on sequence %s', listed.seqrelid::regclass)
                     FROM (SELECT s.seqrelid {0}) AS listed
                    WHERE NOT has_sequence_privilege(listed.seqrelid, 'SELECT')) AS reading)sql",
                     listed_sequences_sql);
}

Task<Finding> own_rights(const CheckContext& context) {
  Evidence evidence;
  const auto reading = reading_rights_sql();
  const Offenders blue{.side = Side::blue, .sql = fmt::format(own_rights_blue_sql, reading)};
  co_await gather_offenders(context, blue, evidence);
  const Offenders green{.side = Side::green, .sql = fmt::format(own_rights_green_sql, reading)};
  co_await gather_offenders(context, green, evidence);
  co_return evidence.finding("they suffice",
                             "GRANT them, or put another user into the conninfo of cutover.toml");
}

}  // namespace

std::vector<Check> role_checks() {
  return {
      {"roles", "Green has every login role of blue, with the same attributes and memberships.",
       false, roles},
      {"grants",
       "What is granted on blue, by default too, is granted on green, and owners are the same.",
       false, grants},
      {"own_rights", "The user in the configuration may do what a cutover does.", true, own_rights},
  };
}

}  // namespace cutover
