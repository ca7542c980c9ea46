#include "controller/display/dashboard_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace cutover {
namespace {

struct PoolRow {
  std::string bouncer;
  PoolLook pool;
};
struct EntryRow {
  std::string bouncer;
  EntryLook entry;
};

bool matches(const std::string& filter, std::initializer_list<std::string> names) {
  return filter.empty() || std::ranges::any_of(names, [&](const std::string& name) {
           return name.find(filter) != std::string::npos;
         });
}

/// What is largest stands first; equal ones by name.
std::uint32_t rank_of(const PoolRow& row, std::size_t sort) {
  if (sort == 0) return row.pool.clients_waiting;
  if (sort == 1) return row.pool.clients_active + row.pool.clients_waiting;
  return sort == 2 ? row.pool.servers_active + row.pool.servers_idle : 0;
}

std::string place(const std::string& bouncer, const std::string& pgbouncer) {
  return bouncer + "/" + pgbouncer;
}

FrameLine pool_line(const PoolRow& row) {
  const auto& pool = row.pool;
  FrameLine line(left(place(row.bouncer, pool.pgbouncer), 22) + " ");
  line.add(left(pool.database, 14) + " " + left(pool.user, 10));
  line.add(right(std::to_string(pool.clients_active), 8));
  line.add(right(std::to_string(pool.clients_waiting), 9),
           pool.clients_waiting > 0 ? Style::warning : Style::plain);
  line.add(right(fmt::format("{}/{}", pool.servers_active, pool.servers_idle), 9));
  return line.add(right(fmt::format("{:.1f}", pool.longest_wait_seconds), 6));
}

FrameLine entry_line(const EntryRow& row) {
  const auto& entry = row.entry;
  FrameLine line(left(place(row.bouncer, entry.pgbouncer), 22) + " ");
  line.add(left(entry.entry, 14) + " ");
  line.add(left(entry.side.empty() ? "-" : entry.side, 6), style_of_side(entry.side));
  line.add(left(entry.target, 22));
  line.add(right(fmt::format("{}/{}", entry.connections, entry.pool_size), 8));
  return line.add(entry.paused ? " PAUSED" : "", Style::warning);
}

}  // namespace

Frame pool_table(const FleetLook& look, const TableWish& wish) {
  std::vector<PoolRow> rows;
  for (const auto& bouncer : look.bouncers) {
    for (const auto& pool : bouncer.pools) {
      if (matches(wish.filter, {bouncer.name, pool.pgbouncer, pool.database, pool.user}))
        rows.push_back({bouncer.name, pool});
    }
  }
  std::ranges::stable_sort(rows, [&](const PoolRow& one, const PoolRow& other) {
    const auto rank = rank_of(one, wish.sort), other_rank = rank_of(other, wish.sort);
    if (rank != other_rank) return rank > other_rank;
    return std::tie(one.pool.database, one.bouncer) < std::tie(other.pool.database, other.bouncer);
  });
  Frame table;
  table.emplace_back(
      "pools                  database       user         active  waiting  servers  wait",
      Style::dim);
  for (const auto& row : rows) table.push_back(pool_line(row));
  return table;
}

Frame entry_table(const FleetLook& look, const TableWish& wish) {
  std::vector<EntryRow> rows;
  for (const auto& bouncer : look.bouncers) {
    for (const auto& entry : bouncer.entries) {
      if (matches(wish.filter, {bouncer.name, entry.pgbouncer, entry.entry, entry.target}))
        rows.push_back({bouncer.name, entry});
    }
  }
  std::ranges::stable_sort(rows, [](const EntryRow& one, const EntryRow& other) {
    return std::tie(one.bouncer, one.entry.entry) < std::tie(other.bouncer, other.entry.entry);
  });
  Frame table;
  table.emplace_back("entries                entry          side  leads to              servers",
                     Style::dim);
  for (const auto& row : rows) table.push_back(entry_line(row));
  return table;
}

}  // namespace cutover
