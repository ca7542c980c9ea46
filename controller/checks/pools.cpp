#include "controller/checks/pools.h"

#include <algorithm>
#include <set>

#include "controller/checks/names.h"
#include "controller/link/entry_moves.h"

namespace cutover {
namespace {

/// reserve_pool was renamed to reserve_pool_size in 1.24.
std::string reserve_of(const proto::Row& database) {
  const std::string renamed = column(database, "reserve_pool_size");
  return renamed.empty() ? column(database, "reserve_pool") : renamed;
}

/// Users who have a pool on this entry now.
std::uint64_t pools_of(const proto::ProcessInspection& process, const std::string& entry) {
  std::set<std::string> users;
  for (const proto::Row& pool : process.pools())
    if (column(pool, "database") == entry) users.insert(column(pool, "user"));
  return std::max<std::uint64_t>(1, users.size());
}

}  // namespace

std::string column(const proto::Row& row, const std::string& name) {
  const auto found = row.columns().find(name);
  return found == row.columns().end() ? std::string() : found->second;
}

std::string setting(const proto::ProcessInspection& process, const std::string& name) {
  const auto found = process.config().find(name);
  return found == process.config().end() ? std::string() : found->second;
}

Result<std::vector<std::string>> moved_entries(const Config& config,
                                               const CheckedBouncer& bouncer) {
  if (!bouncer.inspection) return within_context(bouncer.config.name, bouncer.inspection.error());
  const auto plan = entry_moves(config, bouncer.config, *bouncer.inspection);
  if (!plan) return within_context(bouncer.config.name, plan.error());
  std::vector<std::string> names;
  for (const proto::EntryMove& move : plan->moves) names.push_back(move.entry());
  return names;
}

std::vector<proto::Row> rows_of(const proto::ProcessInspection& process,
                                const std::vector<std::string>& entries) {
  std::vector<proto::Row> rows;
  for (const proto::Row& row : process.databases())
    if (contains(entries, column(row, "name"))) rows.push_back(row);
  return rows;
}

Result<std::uint64_t> connections_of(const proto::ProcessInspection& process,
                                     const std::vector<std::string>& entries) {
  std::uint64_t sum = 0;
  for (const proto::Row& database : rows_of(process, entries)) {
    const auto size = number_in(column(database, "pool_size"));
    const auto reserve = number_in(reserve_of(database));
    if (!size || !reserve)
      return Error{"the sizes of entry " + column(database, "name") + " are \"" +
                   column(database, "pool_size") + "\" and \"" + reserve_of(database) + "\""};
    std::uint64_t wanted = (*size + *reserve) * pools_of(process, column(database, "name"));
    const std::uint64_t most = number_in(column(database, "max_connections")).value_or(0);
    if (most > 0) wanted = std::min(wanted, most);
    sum += wanted;
  }
  return sum;
}

Result<std::uint64_t> connections_of(const Config& config, const CheckedBouncer& bouncer) {
  const auto entries = moved_entries(config, bouncer);
  if (!entries) return entries.error();
  std::uint64_t sum = 0;
  for (const proto::ProcessInspection& process : bouncer.inspection->processes()) {
    const auto opened = connections_of(process, *entries);
    if (!opened) return within_context(place_of(bouncer, process), opened.error());
    sum += *opened;
  }
  return sum;
}

std::string place_of(const CheckedBouncer& bouncer, const proto::ProcessInspection& process) {
  const bool alone = bouncer.inspection && bouncer.inspection->processes_size() == 1;
  return alone ? bouncer.config.name : bouncer.config.name + "/" + process.pgbouncer();
}

}  // namespace cutover
