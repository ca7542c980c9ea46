#include "controller/looks/bouncer_look.h"

#include "common/base/number.h"
#include "controller/link/entry_moves.h"

namespace cutover {
namespace {

std::string text_of(const proto::Row& row, const std::string& column) {
  const auto found = row.columns().find(column);
  return found == row.columns().end() ? "" : found->second;
}

std::uint32_t number_of(const proto::Row& row, const std::string& column) {
  return number_in_answer<std::uint32_t>(text_of(row, column));
}

bool leads_to(const proto::Row& row, const RouteEnd& end) {
  return same_end(text_of(row, "host"), text_of(row, "port"), end.host, end.port);
}

std::string side_of(const proto::Row& row, const Config& config) {
  for (const auto& database : config.databases) {
    for (const auto& route : database.routes) {
      if (leads_to(row, route.blue)) return "blue";
      if (leads_to(row, route.green)) return "green";
    }
  }
  return "";
}

EntryLook entry_of(const std::string& pgbouncer, const proto::Row& row, const Config& config) {
  EntryLook entry;
  entry.pgbouncer = pgbouncer;
  entry.entry = text_of(row, "name");
  entry.target = text_of(row, "host") + ":" + text_of(row, "port");
  entry.dbname = text_of(row, "database");
  entry.side = side_of(row, config);
  entry.paused = text_of(row, "paused") == "1";
  entry.pool_size = number_of(row, "pool_size");
  entry.connections = number_of(row, "current_connections");
  return entry;
}

PoolLook pool_of(const std::string& pgbouncer, const proto::Row& row) {
  PoolLook pool;
  pool.pgbouncer = pgbouncer;
  pool.database = text_of(row, "database");
  pool.user = text_of(row, "user");
  pool.clients_active = number_of(row, "cl_active");
  pool.clients_waiting = number_of(row, "cl_waiting");
  pool.servers_active = number_of(row, "sv_active");
  pool.servers_idle = number_of(row, "sv_idle") + number_of(row, "sv_used");
  constexpr double microseconds = 1e6;
  pool.longest_wait_seconds =
      number_of(row, "maxwait") + number_of(row, "maxwait_us") / microseconds;
  return pool;
}

}  // namespace

BouncerLook look_of(const BouncerSight& sight) {
  BouncerLook look;
  look.name = sight.bouncer;
  if (sight.unreachable) {
    look.error = sight.unreachable->what;
    look.serves = "neither";
    return look;
  }
  look.serves = sight.all_green ? "green" : sight.all_blue ? "blue" : "neither";
  look.paused = sight.paused;
  look.intent = sight.intent;
  look.switched = sight.switched;
  look.clients_waiting = sight.clients_waiting;
  return look;
}

void add_inspection(BouncerLook& look, const proto::Inspection& inspection, const Config& config) {
  for (const auto& process : inspection.processes()) {
    for (const auto& row : process.databases()) {
      if (text_of(row, "name") == "pgbouncer") continue;
      look.entries.push_back(entry_of(process.pgbouncer(), row, config));
    }
    for (const auto& row : process.pools()) {
      if (text_of(row, "database") == "pgbouncer") continue;
      look.pools.push_back(pool_of(process.pgbouncer(), row));
    }
  }
}

}  // namespace cutover
