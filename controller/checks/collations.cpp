// Encodings, locales and the versions of collations: do both sides sort and compare alike.
#include <fmt/format.h>

#include <optional>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

constexpr auto encoding_sql = R"sql(
  SELECT 'encoding' AS object, pg_encoding_to_char(encoding) AS value
    FROM pg_database
   WHERE datname = current_database())sql";

/// Providers came with 15, and the column of their locale got another name with 17.
constexpr auto locale_sql = R"sql(
  SELECT 'collation' AS object, datcollate AS value
    FROM pg_database
   WHERE datname = current_database()
  UNION ALL
  SELECT 'character type', datctype
    FROM pg_database
   WHERE datname = current_database()
  UNION ALL
  SELECT 'locale provider', CASE coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
                              WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END
    FROM pg_database d
   WHERE datname = current_database()
  UNION ALL
  SELECT 'locale of the provider',
         coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', 'none')
    FROM pg_database d
   WHERE datname = current_database())sql";

Task<Finding> encoding_and_locale(const CheckContext& context) {
  Evidence evidence;
  const Comparison encoding{.sql = encoding_sql, .subject = "settings", .show_values = true};
  co_await gather_differences(context, encoding, evidence);
  const Comparison locale{.sql = locale_sql,
                          .subject = "settings",
                          .missing = CheckOutcome::warn,
                          .different = CheckOutcome::warn,
                          .show_values = true};
  co_await gather_differences(context, locale, evidence);
  co_return evidence.finding("the same on both sides",
                             "create green's database anew with blue's ENCODING, LC_COLLATE and "
                             "LC_CTYPE; another collation sorts and compares in another way");
}

/// Recorded when the collation was made, against what the operating system's library says now: they
/// differ after an upgrade of the system, and then indexes on text may be out of order.
constexpr auto stale_collations_sql = R"sql(
  SELECT 'warn' AS outcome, 'on green recorded with another version' AS label,
         format('%s (%s, now %s)',
                CASE WHEN pg_collation_is_visible(c.oid) THEN quote_ident(c.collname)
                     ELSE (SELECT format('%I.%I', n.nspname, c.collname) FROM pg_namespace n
                            WHERE n.oid = c.collnamespace) END, c.collversion,
                pg_collation_actual_version(c.oid)) AS object
    FROM pg_collation c
   WHERE c.collversion IS NOT NULL
     AND c.collversion <> pg_collation_actual_version(c.oid)
     AND (c.oid >= 16384
          OR EXISTS (SELECT FROM pg_attribute a
                       JOIN pg_class t ON t.oid = a.attrelid AND t.oid >= 16384
                      WHERE a.attcollation = c.oid))
   ORDER BY 3)sql";

constexpr auto collation_versions_sql = R"sql(
  SELECT DISTINCT format('%I', c.collname) AS object,
         coalesce(pg_collation_actual_version(c.oid), 'none') AS value
    FROM pg_collation c
    JOIN pg_attribute a ON a.attcollation = c.oid
    JOIN pg_class t ON t.oid = a.attrelid AND t.oid >= 16384
   WHERE c.collname NOT IN ('C', 'POSIX', 'default', 'ucs_basic'))sql";

constexpr auto database_version_sql = R"sql(
  SELECT 'warn' AS outcome, 'on green recorded with another version' AS label,
         format('the database (%s, now %s)', d.datcollversion,
                pg_database_collation_actual_version(d.oid)) AS object
    FROM pg_database d
   WHERE d.datname = current_database()
     AND d.datcollversion <> pg_database_collation_actual_version(d.oid))sql";

/// Of the locales that sort by code points no version counts. pg_database_collation_actual_version
/// came with 15; before, every locale of libc had the version of the library, which 12 cannot tell.
std::string default_collation_sql(int version) {
  const char* const actual =
      version >= 150000 ? "pg_database_collation_actual_version(d.oid)" : R"sql((
             SELECT pg_collation_actual_version(c.oid)
               FROM pg_collation c
              WHERE c.collprovider = 'c' AND c.collcollate !~* '^(C|POSIX)([.]|$)'
              ORDER BY c.collcollate = d.datcollate DESC, c.oid
              LIMIT 1))sql";
  const char* const provider = version >= 150000 ? "d.datlocprovider" : "'c'";
  return fmt::format(R"sql(
    SELECT CASE WHEN {} = 'c' AND d.datcollate ~* '^(C|POSIX)([.]|$)' THEN 'none'
                ELSE coalesce({}, 'unknown') END AS version
      FROM pg_database d
     WHERE d.datname = current_database())sql",
                     provider, actual);
}

Task<std::optional<std::string>> default_collation_of(const ReadOnlyServer& server,
                                                      Evidence& evidence) {
  const auto sql = default_collation_sql(server.version());
  const auto rows = co_await server.ask(sql);
  if (rows) co_return rows->text(0, "version");
  evidence.unknown(rows.error());
  co_return std::nullopt;
}

/// Most columns of text sort by it. What green has recorded for it may be as new as its pg_upgrade,
/// while its indexes came from blue: only the libraries themselves tell.
Task<void> gather_default_collations(const CheckContext& context, Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    const auto blue = co_await default_collation_of(database.blue, evidence);
    const auto green = co_await default_collation_of(database.green, evidence);
    if (!blue || !green || (*blue == *green && *blue != "unknown")) continue;
    evidence.warn("versions of the database's default collation",
                  prefix_of(context, database) + "blue: " + *blue + ", green: " + *green);
  }
}

Task<Finding> collation_versions(const CheckContext& context) {
  Evidence evidence;
  const Comparison versions{.sql = collation_versions_sql,
                            .subject = "collation versions",
                            .missing = CheckOutcome::warn,
                            .different = CheckOutcome::warn,
                            .extra = CheckOutcome::pass,
                            .show_values = true};
  co_await gather_differences(context, versions, evidence);
  co_await gather_default_collations(context, evidence);
  const Offenders stale{.side = Side::green, .sql = stale_collations_sql};
  co_await gather_offenders(context, stale, evidence);
  const bool recorded =
      !context.databases.empty() && context.databases.front().green.version() >= 150000;
  const Offenders database{.side = Side::green, .sql = database_version_sql};
  if (recorded) co_await gather_offenders(context, database, evidence);
  co_return evidence.finding("no collation in use differs",
                             "on green: REINDEX what is sorted by them, then ALTER COLLATION … "
                             "REFRESH VERSION or ALTER DATABASE … REFRESH COLLATION VERSION; where "
                             "a version is unknown compare the C libraries (ldd --version)");
}

}  // namespace

std::vector<Check> collation_checks() {
  return {
      {"encoding_and_locale", "Encoding and locale of the databases are the same.", true,
       encoding_and_locale},
      {"collation_versions",
       "Collations in use, the database's default among them, have the same version, and green's "
       "indexes fit.",
       false, collation_versions},
  };
}

}  // namespace cutover
