#include "controller/link/entry_moves.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "common/postgres/connection.h"

namespace cutover {
namespace {

constexpr const char* default_port = "5432";

std::string port_or_default(const std::string& port) {
  return port.empty() ? default_port : port;
}

/// One route of one database, in the direction of the move.
struct MovingRoute {
  std::string database;  ///< its name in the configuration
  std::string dbname;
  RouteEnd from;
  RouteEnd to;
};

Result<std::string> dbname_in(const std::string& conninfo) {
  for (const char* keyword : {"dbname", "user"}) {
    const auto value = postgres::parameter_of(conninfo, keyword);
    if (!value) return value.error();
    if (*value && !(*value)->empty())
      return Result<std::string>(boost::system::in_place_value, **value);
  }
  return Error{"no dbname in \"" + postgres::without_password(conninfo) + "\"", "add dbname=…"};
}

Result<std::vector<MovingRoute>> moving_routes(const Config& config, Direction direction) {
  std::vector<MovingRoute> routes;
  for (const DatabaseConfig& database : config.databases) {
    const bool forward = direction == Direction::forward;
    const auto dbname = dbname_in(forward ? database.blue : database.green);
    if (!dbname) return within_context("database " + database.name, dbname.error());
    for (const RouteConfig& route : database.routes) {
      const auto& [from, to] =
          forward ? std::pair(route.blue, route.green) : std::pair(route.green, route.blue);
      routes.push_back({database.name, *dbname, from, to});
    }
  }
  return routes;
}

bool is_on(const proto::IniEntry& entry, const MovingRoute& route) {
  return same_end(entry.host(), entry.port(), route.from.host, route.from.port);
}

/// A "*" without dbname hands on whatever database the client named.
template <class Entry>
bool serves_every_database(const Entry& entry) {
  return entry.entry() == "*" && (entry.dbname().empty() || entry.dbname() == "*");
}

/// By its name alone.
template <class Entry>
bool may_move(const BouncerConfig& bouncer, const Entry& entry) {
  if (!bouncer.entries.empty()) return bouncer.entries.contains(entry.entry());
  return std::ranges::count(bouncer.ignore_entries, entry.entry()) == 0 &&
         !serves_every_database(entry);
}

bool holds(const proto::IniEntry& entry, const MovingRoute& route) {
  return is_on(entry, route) && (serves_every_database(entry) || entry.dbname() == route.dbname);
}

std::string text_of(const proto::IniEntry& entry) {
  return fmt::format("{}:{}/{}", entry.host().empty() ? "(unix socket)" : entry.host(),
                     port_or_default(entry.port()), entry.dbname());
}

StandingEntry standing(const proto::ProcessInspection& process, const proto::IniEntry& entry) {
  return {process.pgbouncer(), entry.entry(), text_of(entry),
          fmt::format("{}:{}", entry.file(), entry.line())};
}

proto::EntryMove move_of(const proto::IniEntry& entry, const MovingRoute& route) {
  proto::EntryMove move;
  move.set_entry(entry.entry());
  move.set_from_host(entry.host());
  move.set_from_port(entry.port());
  move.set_to_host(route.to.host);
  const std::string to_port = port_or_default(route.to.port);
  // An entry without port stays one where it can: the fewer bytes change the better.
  move.set_to_port(entry.port().empty() && to_port == default_port ? "" : to_port);
  return move;
}

class Planner {
 public:
  Planner(const BouncerConfig& bouncer, std::vector<MovingRoute> routes)
      : bouncer_(bouncer), routes_(std::move(routes)) {}

  Result<EntryPlan> plan(const proto::Inspection& inspection) {
    for (const auto& process : inspection.processes()) {
      if (!process.error().empty())
        return failed(
            fmt::format("{} could not be inspected: {}", process.pgbouncer(), process.error()));
      for (const auto& entry : process.ini_entries()) {
        const auto taken = take(process, entry);
        if (!taken) return taken.error();
      }
    }
    return finished();
  }

 private:
  Error failed(std::string what, std::string hint = {}) const {
    return {bouncer_.name + ": " + what, std::move(hint)};
  }

  const MovingRoute* route_of(const proto::IniEntry& entry, const std::string* database) const {
    const auto found = std::ranges::find_if(routes_, [&](const MovingRoute& route) {
      return (!database || route.database == *database) && holds(entry, route);
    });
    return found == routes_.end() ? nullptr : &*found;
  }

  Result<void> take(const proto::ProcessInspection& process, const proto::IniEntry& entry) {
    const auto named = bouncer_.entries.find(entry.entry());
    if (named != bouncer_.entries.end()) return take_named(process, entry, named->second);
    if (std::ranges::count(bouncer_.ignore_entries, entry.entry()) > 0) return {};
    if (const MovingRoute* route = route_of(entry, nullptr)) {
      if (may_move(bouncer_, entry)) return add(process, entry, *route);
      plan_.unclaimed.push_back(standing(process, entry));
    } else if (std::ranges::any_of(routes_, [&](const auto& each) { return is_on(entry, each); })) {
      plan_.same_server.push_back(standing(process, entry));
    } else if (may_move(bouncer_, entry) && is_there_already(entry)) {
      plan_.there_already.push_back(standing(process, entry));
    }
    return {};
  }

  bool is_there_already(const proto::IniEntry& entry) const {
    return std::ranges::any_of(routes_, [&](const MovingRoute& route) {
      return same_end(entry.host(), entry.port(), route.to.host, route.to.port) &&
             entry.dbname() == route.dbname;
    });
  }

  Result<void> take_named(const proto::ProcessInspection& process, const proto::IniEntry& entry,
                          const std::string& database) {
    if (const MovingRoute* route = route_of(entry, &database)) return add(process, entry, *route);
    const StandingEntry at = standing(process, entry);
    return failed(fmt::format("entry {} of {} ({}) holds {}, which is no route of database {} to "
                              "move from",
                              at.entry, at.pgbouncer, at.place, at.holds, database),
                  "name that host, port and dbname in a [[database.route]], or take the entry out "
                  "of `entries`");
  }

  Result<void> add(const proto::ProcessInspection& process, const proto::IniEntry& entry,
                   const MovingRoute& route) {
    const proto::EntryMove move = move_of(entry, route);
    const auto [known, is_new] = moves_.try_emplace(entry.entry(), move);
    const proto::EntryMove& first = known->second;
    if (is_new ||
        (same_end(first.from_host(), first.from_port(), move.from_host(), move.from_port()) &&
         same_end(first.to_host(), first.to_port(), move.to_host(), move.to_port())))
      return {};
    return failed(
        fmt::format("entry {} holds {}:{} in one process and {}:{} in {}", entry.entry(),
                    first.from_host(), port_or_default(first.from_port()), move.from_host(),
                    port_or_default(move.from_port()), process.pgbouncer()),
        "one agent moves an entry the same way in all its processes: rename one of them");
  }

  Result<EntryPlan> finished() {
    for (const auto& [entry, database] : bouncer_.entries)
      if (!moves_.contains(entry))
        return failed(fmt::format("entry {} is in no PgBouncer of this host", entry),
                      "`entries` names lines of [databases]; an entry that only \"*\" serves needs "
                      "a line of its own");
    if (moves_.empty() && plan_.unclaimed.empty())
      return failed("no entry holds a route that moves",
                    "compare `[[database.route]]` with the host and port in its pgbouncer.ini");
    for (auto& [entry, move] : moves_) plan_.moves.push_back(std::move(move));
    return std::move(plan_);
  }

  const BouncerConfig& bouncer_;
  std::vector<MovingRoute> routes_;
  std::map<std::string, proto::EntryMove> moves_;
  EntryPlan plan_;
};

/// Whichever end of its route it stands on.
bool moves(const BouncerConfig& bouncer, const std::vector<MovingRoute>& routes,
           const proto::EntryRoute& entry) {
  if (!may_move(bouncer, entry)) return false;
  if (!bouncer.entries.empty()) return true;
  return std::ranges::any_of(routes, [&](const MovingRoute& route) {
    return (entry.dbname().empty() || entry.dbname() == route.dbname) &&
           (same_end(entry.host(), entry.port(), route.from.host, route.from.port) ||
            same_end(entry.host(), entry.port(), route.to.host, route.to.port));
  });
}

}  // namespace

bool same_end(const std::string& host, const std::string& port, const std::string& other_host,
              const std::string& other_port) {
  const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
  return std::ranges::equal(host, other_host, {}, lower, lower) &&
         port_or_default(port) == port_or_default(other_port);
}

Result<EntryPlan> entry_moves(const Config& config, const BouncerConfig& bouncer,
                              const proto::Inspection& inspection, Direction direction) {
  auto routes = moving_routes(config, direction);
  if (!routes) return routes.error();
  return Planner(bouncer, std::move(*routes)).plan(inspection);
}

void keep_moving_entries(const Config& config, const std::string& bouncer,
                         proto::AgentState& state) {
  const auto named = std::ranges::find(config.bouncers, bouncer, &BouncerConfig::name);
  const auto routes = moving_routes(config, Direction::forward);
  if (named == config.bouncers.end() || !routes) return;
  for (auto& process : *state.mutable_processes()) {
    auto& entries = *process.mutable_entries();
    const auto stay_until = std::remove_if(
        entries.begin(), entries.end(),
        [&](const proto::EntryRoute& entry) { return !moves(*named, *routes, entry); });
    entries.erase(stay_until, entries.end());
  }
}

}  // namespace cutover
