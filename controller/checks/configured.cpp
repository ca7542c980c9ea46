// The two checks that the configuration describes: a least number of rows, the same rows over a
// window of time. The only ones that read rows of tables.
#include <fmt/format.h>

#include "common/async/within.h"
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/numbers.h"

namespace cutover {
namespace {

using postgres::quote_identifier;

/// "Patient" or "schema.Patient", spelled as in the catalogue.
constexpr auto find_table_sql = R"sql(
  SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)'
     AND $1::text IN (c.relname, n.nspname || '.' || c.relname))sql";

Task<Result<std::string>> quoted_table(const ReadOnlyServer& server, std::string table) {
  postgres::Parameters parameters;
  parameters.emplace_back(table);
  const auto rows = co_await server.ask(find_table_sql, std::move(parameters));
  if (!rows) co_return rows.error();
  if (rows->empty())
    co_return Error{fmt::format("{} has no table {}", server.name(), table),
                    "spell it as in the catalogue, case included: \"Patient\" or "
                    "\"schema.Patient\""};
  if (rows->size() > 1)
    co_return Error{fmt::format("{} has table {} in more than one schema", server.name(), table),
                    "write \"schema.table\""};
  co_return text_result(rows->text(0, "name"));
}

/// The databases that have the table on blue; where none has it, all are asked and say so.
Task<std::vector<const CheckedDatabase*>> databases_with(const CheckContext& context,
                                                         std::string table) {
  std::vector<const CheckedDatabase*> with;
  for (const CheckedDatabase& database : context.databases) {
    const auto name = co_await quoted_table(database.blue, table);
    if (name) with.push_back(&database);
  }
  if (with.empty())
    for (const CheckedDatabase& database : context.databases) with.push_back(&database);
  co_return with;
}

/// Counts no further than it has to.
Task<void> expect_rows(const ReadOnlyServer& server, std::string table, std::uint64_t least,
                       Evidence& evidence) {
  const auto name = co_await quoted_table(server, table);
  if (!name) {
    evidence.unknown(name.error());
    co_return;
  }
  const auto rows = co_await server.ask(
      fmt::format("SELECT count(*) AS n FROM (SELECT FROM {} LIMIT {}) some_rows", *name, least));
  if (!rows) {
    evidence.unknown(rows.error());
    co_return;
  }
  const std::uint64_t found = number_in(rows->text(0, "n")).value_or(0);
  if (found < least)
    evidence.fail("too few rows",
                  fmt::format("{} of {} ({} of {})", *name, server.name(), found, least));
}

Task<Finding> minimum_rows(const CheckContext& context) {
  Evidence evidence;
  for (const auto& [table, least] : context.config.checks.minimum_rows) {
    const auto databases = co_await databases_with(context, table);
    for (const CheckedDatabase* database : databases) {
      co_await expect_rows(database->blue, table, least, evidence);
      co_await expect_rows(database->green, table, least, evidence);
    }
  }
  if (context.config.checks.minimum_rows.empty())
    co_return Finding{CheckOutcome::skipped, "checks.minimum_rows is empty"};
  co_return evidence.finding(
      count_of(context.config.checks.minimum_rows.size(), "table has", "tables have") +
          " enough rows on both sides",
      "is this the right database? else correct checks.minimum_rows");
}

/// One window for both sides, from blue's clock.
Task<Result<postgres::Parameters>> window_of(const ReadOnlyServer& blue, const SameRows& rows) {
  postgres::Parameters ages;
  ages.emplace_back(std::to_string(rows.since.count()));
  ages.emplace_back(std::to_string(rows.until.count()));
  const auto answer = co_await blue.ask(
      "SELECT now() - make_interval(secs => $1::double precision) AS begins,"
      "       now() - make_interval(secs => $2::double precision) AS ends",
      std::move(ages));
  if (!answer) co_return answer.error();
  postgres::Parameters window;
  window.emplace_back(answer->text(0, "begins"));
  window.emplace_back(answer->text(0, "ends"));
  co_return window;
}

/// $1 and $2 take the type of the time column, with or without time zone (then it is UTC).
std::string window_sql(const SameRows& rows, const std::string& table) {
  std::string columns = quote_identifier(rows.key);
  for (const std::string& column : rows.columns) columns += ", " + quote_identifier(column);
  const std::string time = quote_identifier(rows.time_column);
  return fmt::format(
      "SELECT {0}::text AS object, md5(ROW({1})::text) AS value FROM {2} "
      "WHERE {3} >= $1 AND {3} < $2",
      quote_identifier(rows.key), columns, table, time);
}

/// The digests of all rows added up: order does not matter, and one number crosses the network.
std::string digest_sql(const std::string& rows) {
  return "SELECT count(*) AS n, coalesce(sum(('x' || left(value, 15))::bit(60)::bigint), 0) AS "
         "digest FROM (" +
         rows + ") window_rows";
}

struct Comparable {
  std::string sql;
  postgres::Parameters window;
};

Task<Result<bool>> are_same(const CheckedDatabase& database, const Comparable& rows) {
  const auto answers = co_await ask_blue_and_green(database, digest_sql(rows.sql), rows.window);
  if (!answers.blue) co_return answers.blue.error();
  if (!answers.green) co_return answers.green.error();
  co_return answers.blue->text(0, "n") == answers.green->text(0, "n") &&
      answers.blue->text(0, "digest") == answers.green->text(0, "digest");
}

/// Names keys; of very many rows only the first.
Task<void> name_differences(const CheckedDatabase& database, const SameRows& rows,
                            const Comparable& comparable, Evidence& evidence) {
  const std::string sql = "SELECT object, value FROM (" + comparable.sql +
                          ") window_rows ORDER BY object COLLATE \"C\" LIMIT 100000";
  const auto answers = co_await ask_blue_and_green(database, sql, comparable.window);
  if (!answers.blue) evidence.unknown(answers.blue.error());
  if (!answers.green) evidence.unknown(answers.green.error());
  if (!answers.blue || !answers.green) co_return;
  Comparison question;
  question.subject = "rows of " + rows.table;
  question.extra = CheckOutcome::fail;
  compare_values(question, rows.key + " ", values_of(*answers.blue), values_of(*answers.green),
                 evidence);
}

Task<Result<Comparable>> comparable_rows(const CheckedDatabase& database, const SameRows& rows) {
  const auto table = co_await quoted_table(database.blue, rows.table);
  if (!table) co_return table.error();
  auto window = co_await window_of(database.blue, rows);
  if (!window) co_return window.error();
  co_return Comparable{window_sql(rows, *table), std::move(*window)};
}

/// A row that is written on blue this moment may not have come yet: asked three times.
Task<void> expect_same_rows(const CheckedDatabase& database, const SameRows& rows,
                            Evidence& evidence) {
  const auto comparable = co_await comparable_rows(database, rows);
  if (!comparable) {
    evidence.unknown(comparable.error());
    co_return;
  }
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (attempt > 0) co_await sleep_for(std::chrono::milliseconds(200));
    const auto same = co_await are_same(database, *comparable);
    if (!same) {
      evidence.unknown(same.error());
      co_return;
    }
    if (*same) co_return;
  }
  co_await name_differences(database, rows, *comparable, evidence);
  if (evidence.is_clean()) evidence.fail("differed, and now does not", rows.table);
}

Task<Finding> same_rows(const CheckContext& context) {
  Evidence evidence;
  for (const SameRows& rows : context.config.checks.same_rows) {
    const auto databases = co_await databases_with(context, rows.table);
    for (const CheckedDatabase* database : databases)
      co_await expect_same_rows(*database, rows, evidence);
  }
  if (context.config.checks.same_rows.empty())
    co_return Finding{CheckOutcome::skipped, "checks.same_rows is empty"};
  co_return evidence.finding(
      count_of(context.config.checks.same_rows.size(), "table has", "tables have") +
          " the same rows in the window",
      "`cutover verify` compares whole tables; rows that differ were lost, doubled or written on "
      "green");
}

}  // namespace

std::vector<Check> configured_checks() {
  return {
      {"minimum_rows", "The tables of checks.minimum_rows have at least so many rows on each side.",
       true, minimum_rows},
      {"same_rows", "The tables of checks.same_rows hold the same rows on both sides.", true,
       same_rows},
  };
}

}  // namespace cutover
