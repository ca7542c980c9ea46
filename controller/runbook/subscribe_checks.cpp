// What must be so before green may subscribe: declared in subscribe_checks.h.
#include "controller/runbook/subscribe_checks.h"

#include <fmt/format.h>

#include <set>

#include "controller/runbook/create_subscription.h"
#include "controller/runbook/extensions.h"
#include "controller/runbook/prepared.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/seed_position.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr const char* version_sql =
    "SELECT current_setting('server_version_num')::int / 10000 AS major, "
    "current_setting('server_version') AS version, pg_is_in_recovery() AS in_recovery";

Task<Outcome> look_at_versions(const PhaseSight& sight) {
  const auto blue = co_await sight.blue.query(version_sql);
  if (!blue) co_return outcome_of_failure(blue.error());
  const auto green = co_await sight.green.query(version_sql);
  if (!green) co_return outcome_of_failure(green.error());
  const auto both =
      fmt::format("blue {}, green {}", blue->text(0, "version"), green->text(0, "version"));
  if (green->text(0, "in_recovery") == "t")
    co_return refused(sight.green.place() + ": it is a standby", "promote it first");
  if (number_of(green->text(0, "major")) >= number_of(blue->text(0, "major"))) co_return done(both);
  co_return refused(both + ": green is older", "upgrade green to blue's version or a newer one");
}

constexpr const char* published_columns_sql = R"(
SELECT DISTINCT format('%I.%I', p.schemaname, p.tablename) AS name, a.attname AS column
FROM pg_publication_tables AS p
JOIN pg_namespace AS n ON n.nspname = p.schemaname
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE p.pubname IN ({}) AND p.schemaname <> 'cutover'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY 1, 2)";

constexpr const char* columns_sql = R"(
SELECT format('%I.%I', n.nspname, c.relname) AS name, a.attname AS column
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND a.attnum > 0 AND NOT a.attisdropped)";

Task<Outcome> look_at_tables(const PhaseSight& sight) {
  const auto wanted = co_await sight.blue.query(
      fmt::format(published_columns_sql, list_of_literals(publications_of(sight.database))));
  if (!wanted) co_return outcome_of_failure(wanted.error());
  const auto there = co_await sight.green.query(columns_sql);
  if (!there) co_return outcome_of_failure(there.error());
  std::set<std::string> on_green;
  for (std::size_t i = 0; i < there->size(); ++i) {
    on_green.insert(there->text(i, "name"));
    on_green.insert(there->text(i, "name") + " column " + there->text(i, "column"));
  }
  std::set<std::string> missing;
  for (std::size_t i = 0; i < wanted->size(); ++i) {
    const auto table = wanted->text(i, "name");
    const auto column = table + " column " + wanted->text(i, "column");
    if (!on_green.contains(table)) {
      missing.insert(table);
    } else if (!on_green.contains(column)) {
      missing.insert(column);
    }
  }
  if (missing.empty()) co_return done();
  const std::vector<std::string> list(missing.begin(), missing.end());
  co_return refused(
      fmt::format("{}: published on blue and missing here: {}", sight.green.place(), named(list)),
      "load blue's schema first: pg_dump --schema-only of green's version");
}

// A partition may be published as itself or as its root.
constexpr const char* tables_to_copy_sql = R"(
SELECT format('%I.%I', n.nspname, c.relname) AS name,
       format('%I.%I', an.nspname, a.relname) AS published_as
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT c.oid AS relid
                    UNION SELECT relid FROM pg_partition_ancestors(c.oid)) AS listed
JOIN pg_class AS a ON a.oid = listed.relid JOIN pg_namespace AS an ON an.oid = a.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover')
  AND NOT EXISTS (SELECT FROM pg_subscription_rel AS r WHERE r.srrelid = c.oid)
ORDER BY 1)";

constexpr const char* published_names_sql = R"(
SELECT DISTINCT format('%I.%I', schemaname, tablename) AS name
FROM pg_publication_tables WHERE pubname IN ({}))";

/// What blue does not publish (tables of extensions, say) stays as it is.
Task<Result<std::set<std::string>>> tables_to_copy(const PhaseSight& sight) {
  const auto published = co_await sight.blue.query(
      fmt::format(published_names_sql, list_of_literals(publications_of(sight.database))));
  if (!published) co_return Error(published.error());
  const auto there = co_await sight.green.query(tables_to_copy_sql);
  if (!there) co_return Error(there.error());
  std::set<std::string> names;
  for (std::size_t i = 0; i < published->size(); ++i) names.insert(published->text(i, "name"));
  std::set<std::string> tables;
  for (std::size_t i = 0; i < there->size(); ++i)
    if (names.contains(there->text(i, "published_as"))) tables.insert(there->text(i, "name"));
  co_return tables;
}

/// Tables that a subscription knows already are being filled by it.
Task<Outcome> look_at_emptiness(const PhaseSight& sight) {
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return refused(seed.error());
  if (*seed) co_return done("green was seeded, nothing is copied");
  const auto tables = co_await tables_to_copy(sight);
  if (!tables) co_return refused(tables.error());
  std::vector<std::string> filled;
  for (const auto& name : *tables) {
    const auto row = co_await sight.green.query("SELECT FROM " + name + " LIMIT 1");
    if (!row) co_return outcome_of_failure(row.error());
    if (!row->empty()) filled.push_back(name);
  }
  if (filled.empty()) co_return done();
  co_return refused(
      fmt::format("{}: tables that are to be copied already have rows: {}", sight.green.place(),
                  named(filled)),
      "a clone needs `cutover seed` first; else empty them: copying would double rows");
}

/// Slots move on once green follows.
Task<Outcome> look_at_seed(const PhaseSight& sight) {
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return refused(seed.error());
  if (!*seed) co_return done("not seeded: every table is copied");
  for (const auto& each : sight.database.subscriptions) {
    const auto enabled = co_await subscription_enabled(sight.green, each);
    if (!enabled) co_return refused(enabled.error());
    if (*enabled && **enabled) co_return done((*seed)->lsn + ", used already");
  }
  const auto outcome = co_await seed_fits(sight, **seed);
  co_return outcome;
}

}  // namespace

std::vector<PhaseCheck> subscribe_checks() {
  return {
      {"two_servers", "blue and green are two servers", look_whether_two_servers},
      {"prepared", "blue has the publications and slots that prepare makes", look_whether_prepared},
      {"versions", "green is no older than blue", look_at_versions},
      {"extensions", "every extension of blue exists on green", look_at_missing_extensions},
      {"tables", "every published table and column exists on green", look_at_tables},
      {"empty", "the tables to be copied are empty on green", look_at_emptiness},
      {"seed", "where green was seeded, every slot ≤ the seed ≤ blue's end", look_at_seed},
  };
}

}  // namespace cutover
