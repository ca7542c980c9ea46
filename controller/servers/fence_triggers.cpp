#include "controller/servers/fence_triggers.h"

#include <fmt/format.h>

#include <set>

#include "common/async/within.h"
#include "controller/servers/fence_proof.h"
#include "controller/servers/published_tables.h"
#include "controller/servers/schema.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

constexpr int rounds = 5;
constexpr std::chrono::milliseconds between_rounds(100);

constexpr const char* uncovered_sql = R"(
SELECT c.oid FROM unnest('{{{1}}}'::oid[]) AS c(oid)
WHERE NOT EXISTS (SELECT FROM pg_trigger AS t
                  WHERE t.tgrelid = c.oid AND t.tgname = {0} AND t.tgenabled IN ('O', 'A')
                    AND NOT t.tgisinternal))";

constexpr const char* installed_sql = R"(
SELECT t.tgrelid, n.nspname, c.relname
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.tgname = {} ORDER BY t.tgrelid)";

// In the transaction of each removal: the row stays as it is until the trigger is gone.
constexpr const char* unfenced_and_ours_sql = R"(
DO $ours$
BEGIN
  PERFORM FROM cutover.run WHERE side = {} AND epoch = {} AND NOT fenced FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'CU001',
      MESSAGE = 'the fence is up, or the epoch belongs to another run: its triggers stay';
  END IF;
END $ours$;)";

using Tables = std::vector<PublishedTable>;

/// Clients write to the same disk, and each transaction here is of one table. The decision's commit
/// waits for the disk, so what was made before it is there before the fence; what was dropped and
/// comes back with a crash does nothing.
std::string in_passing(const DatabaseServers& servers, const std::string& sql) {
  return fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL synchronous_commit = off; {}",
                     servers.options.trigger_lock_timeout.count(), sql);
}

bool is_only_busy(const postgres::Failure& failure) {
  return failure.sqlstate == lock_not_available || failure.sqlstate == deadlock_detected;
}

std::string names_of(const Tables& tables) {
  std::string names;
  for (std::size_t i = 0; i < tables.size() && i < 5; ++i)
    names += (i == 0 ? "" : ", ") + tables[i].name;
  if (tables.size() > 5) names += fmt::format(" and {} more", tables.size() - 5);
  return names;
}

/// What is done to one table: `before`, then `make` of the side's colour and the table's name.
struct TriggerChange {
  std::string (*make)(const std::string& colour, const std::string& table);
  std::string before = {};
};

std::string replace_trigger_sql(const std::string& colour, const std::string& table) {
  return drop_fence_trigger_sql(colour, table) + create_fence_trigger_sql(colour, table);
}

/// One short transaction per table; `waiting` keeps those that were busy.
Task<std::optional<postgres::Failure>> one_round(DatabaseServers& servers, Tables& waiting,
                                                 TriggerChange change) {
  Tables busy;
  for (const auto& table : waiting) {
    const auto made = change.make(servers.sides.blue_colour, table.name);
    const auto sql = in_passing(servers, change.before + made);
    const auto answer = co_await servers.decider.script(sql);
    if (answer || answer.error().sqlstate == undefined_table) continue;
    if (!is_only_busy(answer.error())) co_return answer.error();
    busy.push_back(table);
  }
  waiting = busy;
  co_return std::nullopt;
}

Task<std::optional<postgres::Failure>> in_rounds(DatabaseServers& servers, Tables& waiting,
                                                 TriggerChange change) {
  for (int round = 0; round < rounds && !waiting.empty(); ++round) {
    if (round > 0) co_await sleep_for(between_rounds);
    const auto failure = co_await one_round(servers, waiting, change);
    if (failure) co_return failure;
  }
  co_return std::nullopt;
}

}  // namespace

Task<Result<Tables>> tables_without_trigger(DatabaseServers& servers) {
  const auto name = postgres::quote_literal(fence_trigger_name(servers.sides.blue_colour));
  const auto sql = fmt::format(uncovered_sql, name, oids_of(servers.published));
  const auto rows = co_await servers.reader.query(sql);
  if (!rows) co_return Error(rows.error());
  std::set<std::string> uncovered;
  for (std::size_t i = 0; i < rows->size(); ++i) uncovered.insert(rows->text(i, "oid"));
  Tables missing;
  for (const auto& table : servers.published)
    if (uncovered.contains(std::to_string(table.oid))) missing.push_back(table);
  co_return missing;
}

Task<Outcome> fence_triggers_hold(DatabaseServers& servers) {
  const auto unread = co_await read_published_tables(servers);
  if (unread) co_return in_doubt(*unread);
  const auto missing = co_await tables_without_trigger(servers);
  if (!missing) co_return in_doubt(missing.error());
  if (missing->empty()) co_return done();
  co_return refused(
      fmt::format("{}: no fence trigger on {}", servers.blue_place(), names_of(*missing)));
}

Task<Outcome> install_fence_triggers(DatabaseServers& servers) {
  const auto function = fence_function_sql(servers.sides.blue_colour);
  const auto created = co_await servers.decider.script(function);
  if (!created) co_return outcome_of(created.error());
  const auto proven = co_await prove_fence(servers);
  if (!proven.is_done()) co_return proven;
  auto missing = co_await tables_without_trigger(servers);
  if (!missing) co_return refused(missing.error());
  const TriggerChange replacing{replace_trigger_sql};
  const auto failure = co_await in_rounds(servers, *missing, replacing);
  if (failure) co_return outcome_of(*failure);
  if (missing->empty()) co_return done(fmt::format("{} tables", servers.published.size()));
  co_return done("too busy now, done under the locks later: " + names_of(*missing));
}

Task<Outcome> remove_fence_triggers(DatabaseServers& servers, Claim claim) {
  const auto name = postgres::quote_literal(fence_trigger_name(servers.sides.blue_colour));
  const auto sql = fmt::format(installed_sql, name);
  const auto rows = co_await servers.reader.query(sql);
  if (!rows) co_return outcome_of(rows.error());
  Tables installed;
  for (std::size_t i = 0; i < rows->size(); ++i)
    installed.push_back({0, quoted_name(rows->text(i, "nspname"), rows->text(i, "relname"))});
  const TriggerChange removing{
      drop_fence_trigger_sql,
      fmt::format(unfenced_and_ours_sql, postgres::quote_literal(servers.sides.blue_colour),
                  claim.epoch)};
  const auto failure = co_await in_rounds(servers, installed, removing);
  if (failure && failure->sqlstate == stale_epoch)
    co_return refused(failure->what, stale_epoch_hint);
  if (failure) co_return outcome_of(*failure);
  if (installed.empty()) co_return done();
  co_return refused(fmt::format("{}: the fence trigger is still on {}, which was busy; it does "
                                "nothing while no fence is up",
                                servers.blue_place(), names_of(installed)),
                    "run `cutover finish` at a quiet time, or let the next run use them");
}

}  // namespace cutover
