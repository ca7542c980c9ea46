// Settings of databases and roles, and extensions. Next: collations.cpp.
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/numbers.h"
#include "controller/checks/old_fence.h"

namespace cutover {
namespace {

/// setdatabase 0 is every database, setrole 0 every role. The fence's own setting is read_only's.
constexpr auto settings_sql = R"sql(
  SELECT format('%s of %s%s', split_part(setting, '=', 1),
                CASE WHEN s.setdatabase = 0 THEN 'any database' ELSE 'this database' END,
                CASE WHEN s.setrole = 0 THEN '' ELSE ', role ' || quote_ident(r.rolname) END)
           AS object,
         substr(setting, strpos(setting, '=') + 1) AS value
    FROM pg_db_role_setting s
   CROSS JOIN unnest(s.setconfig) AS setting
    LEFT JOIN pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_roles r ON r.oid = s.setrole
   WHERE (s.setdatabase = 0 OR d.datname = current_database())
     AND split_part(setting, '=', 1) <> 'default_transaction_read_only')sql";

Task<Finding> database_and_role_settings(const CheckContext& context) {
  return ask_both(context, {.sql = settings_sql,
                            .subject = "settings",
                            .none = "blue and green have the same",
                            .hint = "on green: ALTER DATABASE … SET, ALTER ROLE … SET",
                            .missing = CheckOutcome::warn,
                            .different = CheckOutcome::warn,
                            .show_values = true});
}

/// A role's own setting wins over the database's, which is part of the fence. Settings are kept as
/// they were written, and every unambiguous beginning of a word will do.
constexpr auto overrides_sql = R"sql(
  SELECT 'fail' AS outcome, 'would write in spite of the fence' AS label,
         CASE WHEN s.setrole = 0 THEN 'every role' ELSE 'role ' || quote_ident(r.rolname) END
           AS object
    FROM pg_db_role_setting s
   CROSS JOIN unnest(s.setconfig) AS setting
    LEFT JOIN pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_roles r ON r.oid = s.setrole
   WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND s.setrole <> 0
     AND lower(setting) ~ '^default_transaction_read_only=(off?|f(a(l(se?)?)?)?|no?|0)$')sql";

Task<Finding> read_only_overrides(const CheckContext& context) {
  return ask_offenders(context,
                       {.sql = overrides_sql,
                        .none = "no role overrides default_transaction_read_only",
                        .hint = "on blue: ALTER ROLE … RESET default_transaction_read_only"});
}

/// Our own sessions are read-only by SET; reset_val is what others are born with, and what roles
/// are given does not show there.
constexpr auto read_only_sql = R"sql(
  SELECT 'fail' AS outcome, 'sessions are born read-only on ' || $1::text AS label,
         'default_transaction_read_only' AS object
    FROM pg_settings
   WHERE name = 'default_transaction_read_only' AND reset_val = 'on' AND NOT $2::boolean
  UNION ALL
  SELECT 'fail', 'sessions are born read-only on ' || $1::text, 'role ' || quote_ident(r.rolname)
    FROM pg_db_role_setting s
   CROSS JOIN unnest(s.setconfig) AS setting
    LEFT JOIN pg_database d ON d.oid = s.setdatabase
    JOIN pg_roles r ON r.oid = s.setrole
   WHERE $1::text = 'green' AND (s.setdatabase = 0 OR d.datname = current_database())
     AND lower(setting) ~ '^default_transaction_read_only=(on|t(r(ue?)?)?|y(es?)?|1)$')sql";

Task<void> green_is_writable(const CheckContext& context, Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    const bool fenced = co_await stands_behind_a_fence(context, database);
    const postgres::Parameters values{"green", fenced ? "true" : "false"};
    const auto rows = co_await database.green.ask(read_only_sql, values);
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
}

Task<Finding> writable_by_default(const CheckContext& context) {
  Evidence evidence;
  Offenders on_blue{.side = Side::blue, .sql = read_only_sql};
  on_blue.parameters = {"blue", "false"};
  co_await gather_offenders(context, on_blue, evidence);
  co_await green_is_writable(context, evidence);
  co_return evidence.finding("sessions are born writable on both sides",
                             "an interrupted run leaves it: `cutover recover`; else ALTER DATABASE "
                             "… RESET default_transaction_read_only");
}

constexpr auto extensions_sql = R"sql(
  SELECT quote_ident(extname) AS object, extversion AS value
    FROM pg_extension)sql";

constexpr auto outdated_sql = R"sql(
  SELECT 'warn' AS outcome, 'can be updated on green' AS label,
         format('%I from %s to %s', e.extname, e.extversion, a.default_version) AS object
    FROM pg_extension e
    JOIN pg_available_extensions a ON a.name = e.extname
   WHERE a.default_version <> e.extversion
   ORDER BY 3)sql";

/// "1.10" is newer than "1.9"; what is no number counts for nothing.
std::vector<std::uint64_t> numbers_of(const std::string& version) {
  std::vector<std::uint64_t> numbers;
  std::string digits;
  for (const char each : version + ".") {
    if (each >= '0' && each <= '9') {
      digits += each;
    } else if (!digits.empty()) {
      numbers.push_back(number_in(digits).value_or(0));
      digits.clear();
    }
  }
  return numbers;
}

/// Functions that blue's clients call may be missing from what is older.
Task<void> gather_older_extensions(const CheckContext& context, Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    const auto answers = co_await ask_blue_and_green(database, extensions_sql);
    if (!answers.blue || !answers.green) continue;  // told already
    const Values green = values_of(*answers.green);
    for (const auto& [name, version] : values_of(*answers.blue)) {
      const auto other = green.find(name);
      if (other == green.end() || numbers_of(other->second) >= numbers_of(version)) continue;
      evidence.warn("older on green than on blue", prefix_of(context, database) + name +
                                                       " (blue: " + version +
                                                       ", green: " + other->second + ")");
    }
  }
}

/// A newer major brings newer versions: that they differ is no fault, that green's library is
/// newer than its SQL is worth a word.
Task<Finding> extensions(const CheckContext& context) {
  Evidence evidence;
  const Comparison same{.sql = extensions_sql,
                        .subject = "extensions",
                        .different = CheckOutcome::pass,
                        .show_values = true};
  co_await gather_differences(context, same, evidence);
  co_await gather_older_extensions(context, evidence);
  const Offenders outdated{.side = Side::green, .sql = outdated_sql};
  co_await gather_offenders(context, outdated, evidence);
  co_return evidence.finding("green has every extension of blue",
                             "on green: CREATE EXTENSION …, ALTER EXTENSION … UPDATE");
}

}  // namespace

std::vector<Check> setting_checks() {
  return {
      {"database_and_role_settings", "ALTER DATABASE and ALTER ROLE … SET are the same on green.",
       false, database_and_role_settings},
      {"read_only_overrides", "No role of blue overrides the read-only setting of the fence.",
       false, read_only_overrides},
      {"writable_by_default",
       "Sessions on blue and on green are born writable, but for the fence of an earlier run.",
       true, writable_by_default},
      {"extensions", "Green has every extension of blue, in no older version.", false, extensions},
  };
}

}  // namespace cutover
