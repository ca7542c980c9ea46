#include "controller/warm/analyze_green.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/async/gather.h"
#include "common/async/within.h"
#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int tries = 10;
constexpr std::chrono::seconds between_tries{1};

// Partitioned parents too: only an ANALYZE by hand gives them statistics. pg_stat forgets at a
// crash; pg_statistic does not. What the server lets this role analyse is its own rule: owner of
// the table or of the database, from 17 on also who may MAINTAIN it.
constexpr const char* statistics_sql = R"sql(
SELECT n.nspname, c.relname, pg_total_relation_size(c.oid) AS bytes,
       greatest(c.reltuples, 0)::bigint AS rows, coalesce(s.n_mod_since_analyze, 0) AS changed,
       to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS analyzed_at,
       EXISTS (SELECT FROM pg_stats AS k
               WHERE k.schemaname = n.nspname AND k.tablename = c.relname) AS has_statistics,
       pg_get_userbyid(c.relowner) AS owner,
       NOT pg_has_role(c.relowner, 'USAGE')
         AND NOT pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()),
                             'USAGE')
         AND NOT CASE WHEN current_setting('server_version_num')::int >= 170000
                      THEN has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS refused
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_all_tables AS s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'cutover')
ORDER BY bytes DESC, n.nspname, c.relname)sql";

SessionOptions session(const DatabaseConfig& database) {
  SessionOptions options;
  options.conninfo = database.green;
  options.place = "green " + database.name;
  options.application_name = "cutover analyze";
  options.peer_timeout = std::chrono::seconds(30);
  return options;
}

struct Stage {
  const char* target;
  bool rough;  ///< only for tables without statistics
};
constexpr Stage stages[] = {{"1", true}, {"10", true}, {"DEFAULT", false}};

/// The tables of one stage, taken by workers one after the other.
struct StageWork {
  std::string target;
  std::vector<AnalyzedTable*> tables;
  std::size_t next = 0;
  AnalyzeProgress progress;
};

Task<Outcome> analyze_once(ServerSession& green, std::string table, std::string target,
                           std::chrono::milliseconds limit) {
  // Functions of expression indexes may need the role's own search path. The server ends what takes
  // too long; a server that says nothing any more is given up a little later.
  auto analyzing =
      green.script(fmt::format("SET search_path TO DEFAULT; SET statement_timeout TO {}; "
                               "SET default_statistics_target TO {}; ANALYZE {}",
                               limit.count(), target, table));
  const auto ended = co_await within(limit + std::chrono::minutes(1), std::move(analyzing));
  if (!ended) co_return refused(green.place() + " does not answer any more");
  const auto& answer = *ended;
  if (answer) co_return done();
  const bool busy = answer.error().sqlstate == lock_not_available || answer.error().lost;
  co_return busy ? in_doubt(answer.error()) : refused(answer.error());
}

Task<void> analyze_table(ServerSession& green, AnalyzedTable& analyzed, std::string target,
                         std::chrono::milliseconds limit) {
  const auto begun = Clock::now();
  for (int attempt = 1;; ++attempt) {
    analyzed.outcome = co_await analyze_once(green, analyzed.table.name, target, limit);
    if (!analyzed.outcome.is_in_doubt() || attempt == tries) break;
    co_await sleep_for(between_tries);
  }
  // Given up, it is as it was: an ANALYZE is whole or not at all.
  if (analyzed.outcome.is_in_doubt()) analyzed.outcome.kind = OutcomeKind::refused;
  analyzed.took += std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  ++analyzed.stages;
}

Task<void> work(DatabaseConfig database, StageWork& stage, const AnalyzeOptions& options) {
  ServerSession green(session(database));
  while (stage.next < stage.tables.size()) {
    auto& table = *stage.tables[stage.next++];
    co_await analyze_table(green, table, stage.target, options.limit);
    ++stage.progress.done;
    stage.progress.bytes_done += table.table.bytes;
    if (options.progress) options.progress(stage.progress);
  }
}

StageWork stage_of(const Stage& stage, std::uint32_t number, std::vector<AnalyzedTable>& all,
                   const std::string& database) {
  StageWork made;
  made.target = stage.target;
  made.progress.database = database;
  made.progress.stage = number;
  for (auto& one : all) {
    if (stage.rough && one.table.has_statistics) continue;
    if (!one.outcome.is_done()) continue;
    made.tables.push_back(&one);
    made.progress.bytes += one.table.bytes;
  }
  made.progress.tables = made.tables.size();
  return made;
}

/// Done so far, unless ANALYZE would pass it over.
Outcome outcome_before(const TableStatistics& table) {
  if (!table.refused) return done();
  return refused("it belongs to " + table.owner + ": the server would skip it",
                 "ANALYZE it as " + table.owner + ", or as a member of that role");
}

}  // namespace

Task<Result<std::vector<TableStatistics>>> look_at_statistics(DatabaseConfig database) {
  ServerSession green(session(database));
  const auto rows = co_await green.query(statistics_sql);
  if (!rows) co_return Error(rows.error());
  std::vector<TableStatistics> tables;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    TableStatistics one;
    one.name = quoted_name(rows->text(i, "nspname"), rows->text(i, "relname"));
    one.label = rows->text(i, "nspname") + "." + rows->text(i, "relname");
    one.bytes = number_in_answer<std::uint64_t>(rows->text(i, "bytes"));
    one.rows = number_in_answer<std::uint64_t>(rows->text(i, "rows"));
    one.changed = number_in_answer<std::uint64_t>(rows->text(i, "changed"));
    one.analyzed_at = rows->text(i, "analyzed_at");
    one.has_statistics = rows->text(i, "has_statistics") == "t";
    one.owner = rows->text(i, "owner");
    one.refused = rows->text(i, "refused") == "t";
    const bool never = one.analyzed_at.empty();
    one.stale = never || one.changed * 10 > one.rows;
    tables.push_back(std::move(one));
  }
  co_return tables;
}

Task<std::vector<AnalyzedTable>> analyze_in_stages(DatabaseConfig database,
                                                   std::vector<TableStatistics> tables,
                                                   AnalyzeOptions options) {
  std::vector<AnalyzedTable> all;
  for (auto& table : tables)
    if (options.all || table.stale) {
      auto outcome = outcome_before(table);
      all.push_back({std::move(table), std::move(outcome), 0, {}});
    }
  std::uint32_t number = 0;
  for (const auto& stage : stages) {
    auto stage_work = stage_of(stage, ++number, all, database.name);
    std::vector<Task<void>> workers;
    for (std::uint32_t i = 0; i < std::max(1U, options.jobs); ++i)
      workers.push_back(work(database, stage_work, options));
    co_await gather(std::move(workers));
  }
  co_return all;
}

}  // namespace cutover
