#include "controller/runbook/blue_slots.h"

#include <fmt/format.h>

#include "controller/config/subscription_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::Rows;

// 12 has no wal_status and keeps all WAL; only 17 and newer know why a slot was invalidated, which
// may be something else than WAL that is gone.
constexpr const char* slots_sql = R"(
SELECT w.slot_name, s.slot_name IS NOT NULL AS there, s.plugin, s.database,
       s.slot_type = 'logical' AND s.plugin = 'pgoutput' AND s.database = current_database()
         AS fits,
       coalesce(to_jsonb(s) ->> 'invalidation_reason',
                CASE WHEN to_jsonb(s) ->> 'wal_status' = 'lost' THEN 'wal_removed' END) AS lost
FROM unnest(ARRAY[{}]::text[]) WITH ORDINALITY AS w(slot_name, place)
LEFT JOIN pg_replication_slots AS s ON s.slot_name = w.slot_name
ORDER BY w.place)";

std::optional<Error> obstacle(const std::string& place, const Rows& rows, std::size_t row) {
  const auto slot = rows.text(row, "slot_name");
  if (rows.text(row, "fits") != "t")
    return Error{fmt::format("{}: slot {} exists for plugin {} and database {}", place, slot,
                             rows.text(row, "plugin"), rows.text(row, "database")),
                 "drop it, or give this database another `slot` in cutover.toml"};
  if (rows.at(row, "lost"))
    return Error{fmt::format("{}: slot {} lost what green has not received ({})", place, slot,
                             rows.text(row, "lost")),
                 "drop the subscription on green and the slot on blue, `cutover prepare`, and fill "
                 "green anew"};
  return std::nullopt;
}

}  // namespace

Task<Result<std::vector<std::string>>> missing_slots(ServerSession& blue, DatabaseConfig database) {
  const auto sql = fmt::format(slots_sql, list_of_literals(slots_of(database)));
  const auto rows = co_await blue.query(sql);
  if (!rows) co_return Error(rows.error());
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (rows->text(i, "there") != "t") {
      missing.push_back(rows->text(i, "slot_name"));
      continue;
    }
    const auto wrong = obstacle(blue.place(), *rows, i);
    if (wrong) co_return *wrong;
  }
  co_return missing;
}

}  // namespace cutover
