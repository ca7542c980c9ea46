#include "controller/servers/published_tables.h"

#include <fmt/format.h>

#include "common/async/gather.h"
#include "common/base/number.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

// pg_publication_tables shows a partitioned table's root or its leaves, as the publication says;
// a statement fires the trigger and takes the lock of the table it names, so the whole tree counts.
constexpr const char* published_sql = R"(
WITH published AS (
  SELECT DISTINCT c.oid
  FROM pg_publication_tables AS p
  JOIN pg_namespace AS n ON n.nspname = p.schemaname
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
  WHERE p.pubname IN ({}) AND p.schemaname <> 'cutover'
), tree AS (
  SELECT oid FROM published
  UNION SELECT a.relid::oid FROM published, pg_partition_ancestors(published.oid) AS a(relid)
  UNION SELECT t.relid::oid FROM published, pg_partition_tree(published.oid) AS t
)
SELECT c.oid, n.nspname, c.relname
FROM tree JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
ORDER BY c.oid)";

constexpr const char* capacity_sql = R"(
SELECT current_setting('max_locks_per_transaction')::bigint
       * (current_setting('max_connections')::bigint
          + current_setting('max_prepared_transactions')::bigint) AS capacity,
       (SELECT count(*) FROM pg_locks) AS used)";

}  // namespace

Task<std::optional<Error>> read_published_tables(DatabaseServers& servers) {
  const auto sql = fmt::format(published_sql, list_of_literals(servers.publications()));
  const auto rows = co_await servers.reader.query(sql);
  if (!rows) co_return Error(rows.error());
  servers.published.clear();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto oid =
        static_cast<std::uint32_t>(number_in_answer<std::uint64_t>(rows->text(i, "oid")));
    servers.published.push_back(
        {oid, quoted_name(rows->text(i, "nspname"), rows->text(i, "relname"))});
  }
  co_return std::nullopt;
}

namespace {

/// A fifth is left to the others; the table has some slack, but what others lock now may grow.
Task<Outcome> lock_table_has_room(DatabaseServers& servers, std::size_t tables) {
  const auto rows = co_await servers.reader.query(capacity_sql);
  if (!rows) co_return refused(Error(rows.error()));
  const auto capacity = number_in_answer<std::uint64_t>(rows->text(0, "capacity"));
  const auto used = number_in_answer<std::uint64_t>(rows->text(0, "used"));
  if (tables + used <= capacity - capacity / 5) co_return done();
  co_return refused(
      fmt::format("{}: {} published tables are to be locked at once, and the lock table of {} "
                  "places holds {} already",
                  servers.blue_place(), tables, capacity, used),
      "raise max_locks_per_transaction on this server and restart it before the window");
}

}  // namespace

Task<Outcome> all_fit_the_lock_table(std::vector<DatabaseServers*> databases) {
  std::vector<Task<std::optional<Error>>> reads;
  for (auto* servers : databases) reads.push_back(read_published_tables(*servers));
  const auto unread = co_await gather(std::move(reads));
  for (const auto& error : unread)
    if (error) co_return refused(*error);
  std::size_t tables = 0;
  for (const auto* servers : databases) tables += servers->published.size();
  auto room = co_await lock_table_has_room(*databases.front(), tables);
  co_return room;
}

std::string oids_of(const std::vector<PublishedTable>& tables) {
  std::string list;
  for (const auto& table : tables) list += (list.empty() ? "" : ",") + std::to_string(table.oid);
  return list.empty() ? "0" : list;
}

}  // namespace cutover
