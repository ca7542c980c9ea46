// Is every table published, whole and once, identifiable by its rows, and ready on green.
#include <fmt/format.h>

#include <set>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/names.h"
#include "controller/servers/replica_identity_sql.h"

namespace cutover {
namespace {

constexpr auto publications_sql = R"sql(
  SELECT 'fail' AS outcome, bad AS label, quote_ident(name) AS object
    FROM (SELECT wanted.name,
                 CASE WHEN p.oid IS NULL THEN 'no such publication on blue'
                      WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)
                        THEN 'does not publish insert, update, delete and truncate'
                  END AS bad
            FROM unnest($1::text[]) AS wanted (name)
            LEFT JOIN pg_publication p ON p.pubname = wanted.name) seen
   WHERE bad IS NOT NULL)sql";

/// A row filter or a column list leaves data behind; both came with 15.
constexpr auto filters_sql = R"sql(
  SELECT 'fail' AS outcome,
         CASE WHEN r.prqual IS NOT NULL THEN 'published with a row filter'
              ELSE 'published with a column list' END AS label,
         r.prrelid::regclass::text AS object
    FROM pg_publication_rel r
    JOIN pg_publication p ON p.oid = r.prpubid AND p.pubname = ANY ($1::text[])
   WHERE r.prqual IS NOT NULL OR r.prattrs IS NOT NULL)sql";

Task<Finding> publications_whole(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(array_text(publications_of(database.config)));
    for (const auto* sql : {publications_sql, filters_sql}) {
      if (sql == filters_sql && database.blue.version() < 150000) continue;
      const auto rows = co_await database.blue.ask(sql, parameters);
      if (rows)
        add_rows(context, database, *rows, evidence);
      else
        evidence.unknown(rows.error());
    }
  }
  co_return evidence.finding(
      "every publication is whole",
      "on blue: ALTER PUBLICATION … SET (publish = 'insert, update, delete, truncate'), and SET "
      "TABLE without WHERE and column list; `cutover prepare` makes a missing one");
}

/// A table is covered when it or one of its partition ancestors is listed: with
/// publish_via_partition_root the root is listed, without it the leaves are. An extension may mark
/// its tables as configuration, but their rows normally come with CREATE EXTENSION.
constexpr auto unpublished_sql = R"sql(
  WITH published AS MATERIALIZED (
    SELECT c.oid AS relid
      FROM pg_publication_tables t
      JOIN pg_namespace n ON n.nspname = t.schemaname
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
     WHERE t.pubname = ANY ($1::text[])),
  tables AS (
    SELECT c.oid, n.nspname, c.relname, c.relispartition,
           EXISTS (SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                      AND e.deptype = 'e') AS of_extension
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence = 'p'
       AND n.nspname !~ '^(pg_|information_schema$|cutover$)'),
  listed_as AS (
    SELECT oid, oid AS relid FROM tables
     UNION
    SELECT t.oid, a.relid FROM tables t, pg_partition_ancestors(t.oid) a WHERE t.relispartition),
  times AS (
    SELECT l.oid, count(p.relid) AS n
      FROM listed_as l LEFT JOIN published p USING (relid)
     GROUP BY l.oid)
  SELECT CASE WHEN of_extension AND n = 0 THEN 'warn' ELSE 'fail' END AS outcome,
         CASE WHEN n > 1 THEN 'published more than once, so rows would double'
              WHEN of_extension THEN 'not published, of an extension'
              ELSE 'not published' END AS label,
         format('%I.%I', nspname, relname) AS object
    FROM tables JOIN times USING (oid)
   WHERE n <> 1
   ORDER BY nspname, relname)sql";

Task<Finding> tables_published(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(array_text(publications_of(database.config)));
    const auto rows = co_await database.blue.ask(unpublished_sql, std::move(parameters));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence.finding("every table of blue is published once",
                             "on blue: ALTER PUBLICATION … ADD TABLE …; on green: ALTER "
                             "SUBSCRIPTION … REFRESH PUBLICATION");
}

constexpr auto published_sql = R"sql(
  SELECT DISTINCT t.pubname AS publication, format('%I.%I', t.schemaname, t.tablename) AS name
    FROM pg_publication_tables t
   WHERE t.pubname = ANY ($1::text[])
   ORDER BY 1, 2)sql";

constexpr auto subscribed_sql = R"sql(
  SELECT s.subname AS subscription, format('%I.%I', n.nspname, c.relname) AS name,
         r.srsubstate AS state
    FROM pg_subscription_rel r
    JOIN pg_subscription s ON s.oid = r.srsubid
    JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()
    JOIN pg_class c ON c.oid = r.srrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE s.subname = ANY ($1::text[]))sql";

/// Two columns joined, with a byte between them that no name holds.
std::string pair_of(const std::string& first, const std::string& second) {
  return first + '\n' + second;
}

void judge_states(const CheckedDatabase& database, const postgres::Rows& published,
                  const postgres::Rows& subscribed, const std::string& prefix, Evidence& evidence) {
  Values states;
  for (std::size_t row = 0; row < subscribed.size(); ++row)
    states[pair_of(subscribed.text(row, "subscription"), subscribed.text(row, "name"))] =
        subscribed.text(row, "state");
  for (std::size_t row = 0; row < published.size(); ++row)
    for (const SubscriptionConfig& each : database.config.subscriptions) {
      if (each.publication != published.text(row, "publication")) continue;
      const std::string name = published.text(row, "name");
      const auto state = states.find(pair_of(each.subscription, name));
      if (state == states.end())
        evidence.fail("published but not subscribed, so empty on green", prefix + name);
      else if (state->second != "r")
        evidence.fail("still being copied", prefix + name);
    }
  if (published.empty()) evidence.fail("no table is published");
}

Task<Finding> tables_ready(const CheckContext& context) {
  Evidence evidence;
  std::size_t tables = 0;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters publications;
    publications.emplace_back(array_text(publications_of(database.config)));
    postgres::Parameters subscriptions;
    subscriptions.emplace_back(array_text(subscriptions_of(database.config)));
    const auto published = co_await database.blue.ask(published_sql, std::move(publications));
    const auto subscribed = co_await database.green.ask(subscribed_sql, std::move(subscriptions));
    if (!published) evidence.unknown(published.error());
    if (!subscribed) evidence.unknown(subscribed.error());
    if (!published || !subscribed) continue;
    tables += published->size();
    judge_states(database, *published, *subscribed, prefix_of(context, database), evidence);
  }
  co_return evidence.finding(count_of(tables, "table") + " ready",
                             "on green: ALTER SUBSCRIPTION … REFRESH PUBLICATION, then wait for "
                             "the copy: SELECT * FROM pg_subscription_rel WHERE srsubstate <> 'r'");
}

/// FULL works, but before 16 every change is a sequential scan on green.
std::string identity_sql(int green_version) {
  return fmt::format(R"sql(
  SELECT CASE WHEN lacks THEN 'fail' ELSE 'warn' END AS outcome,
         CASE WHEN lacks THEN 'without replica identity'
              ELSE 'FULL, which green applies by sequential scans' END AS label,
         name AS object
    FROM (SELECT c.oid::regclass::text AS name, c.relreplident, n.nspname, c.relname, {} AS lacks
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
             AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
             AND EXISTS (SELECT FROM pg_publication_tables t
                          WHERE t.schemaname = n.nspname AND t.tablename = c.relname)) published
   WHERE lacks OR relreplident = 'f' AND {}
   ORDER BY nspname, relname)sql",
                     lacks_replica_identity_sql(),
                     green_version > 0 && green_version < 160000 ? "true" : "false");
}

Task<Finding> replica_identity(const CheckContext& context) {
  const int green = context.databases.empty() ? 0 : context.databases.front().green.version();
  return ask_offenders(
      context, {.sql = identity_sql(green),
                .none = "every published table has one",
                .hint = "UPDATE and DELETE fail without one, and a deferrable key or one with a "
                        "generated column is none: add a primary key, or ALTER TABLE … REPLICA "
                        "IDENTITY USING INDEX …; else REPLICA IDENTITY FULL"});
}

}  // namespace

std::vector<Check> publication_checks() {
  return {
      {"publications_whole",
       "Every publication carries all kinds of changes of whole rows: no filter, no column list.",
       true, publications_whole},
      {"tables_published", "Every table of blue is published, and by one publication only.", true,
       tables_published},
      {"tables_ready", "Every published table is subscribed on green and copied (state r).", true,
       tables_ready},
      {"replica_identity", "Every published table has a replica identity.", true, replica_identity},
  };
}

}  // namespace cutover
