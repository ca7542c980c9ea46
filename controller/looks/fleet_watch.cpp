#include "controller/looks/fleet_watch.h"

#include <algorithm>

#include "common/async/join.h"
#include "common/async/within.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/looks/bouncer_look.h"
#include "controller/looks/server_look.h"
#include "controller/servers/sides.h"

namespace cutover {
namespace {

SessionOptions session_to(const std::string& conninfo, const std::string& place) {
  SessionOptions options;
  options.conninfo = conninfo;
  options.place = place;
  options.application_name = "cutover watch";
  options.access = SessionAccess::read_only;
  return options;
}

}  // namespace

struct WatchedDatabase {
  explicit WatchedDatabase(const DatabaseConfig& database)
      : config(database),
        blue(session_to(database.blue, "blue " + database.name)),
        green(session_to(database.green, "green " + database.name)) {}

  DatabaseConfig config;
  ServerSession blue;
  ServerSession green;
  std::size_t way_back_subscriptions = 0;  ///< as blue said last
};

namespace {

std::vector<SubscriptionConfig> subscriptions_of(const DatabaseConfig& database,
                                                 Direction direction) {
  std::vector<SubscriptionConfig> subscriptions;
  for (const auto& each : database.subscriptions)
    subscriptions.push_back(direction == Direction::forward ? each : way_back_of(each));
  return subscriptions;
}

ServerLookOptions options_for(const DatabaseConfig& database, Direction direction,
                              const LookDepth& depth) {
  ServerLookOptions options;
  options.subscriptions = subscriptions_of(database, direction);
  options.direction = direction;
  options.with_catalogue = depth.catalogue;
  return options;
}

Task<void> look_at_blue(WatchedDatabase& database, LookDepth depth, DatabaseLook& into) {
  auto looking =
      look_at_server(database.blue, options_for(database.config, Direction::forward, depth));
  into.blue = co_await std::move(looking);
  if (!into.blue.is_up()) co_return;
  co_await look_at_run_on_blue(database.blue, into);
  auto way_back = subscriptions_of(database.config, Direction::back);
  co_await look_at_way_back_on_blue(database.blue, std::move(way_back), into);
  database.way_back_subscriptions = into.way_back_subscriptions;
}

Task<void> look_at_green(WatchedDatabase& database, LookDepth depth, DatabaseLook& into) {
  auto looking =
      look_at_server(database.green, options_for(database.config, Direction::back, depth));
  into.green = co_await std::move(looking);
  if (into.green.is_up()) co_await look_at_run_on_green(database.green, into);
}

/// `side` says so when the time is up.
Task<void> limited_look(std::chrono::milliseconds limit, Task<void> looking, SideLook& side) {
  side.error = "it does not answer";
  const bool ended = co_await within(limit, std::move(looking));
  if (!ended && side.error.empty()) side.error = "it does not answer in time";
}

}  // namespace

struct FleetWatch::Impl {
  Impl(boost::asio::any_io_executor executor, const Config& given)
      : config(given), bouncers(std::move(executor), given) {
    for (const auto& database : config.databases)
      databases.push_back(std::make_unique<WatchedDatabase>(database));
  }

  Task<void> look_at_bouncers(LookDepth depth, std::vector<BouncerLook>& into);
  Task<void> look_at_bouncers_within(LookDepth depth, std::vector<BouncerLook>& into);
  void add_missing_bouncers(std::vector<BouncerLook>& into) const;

  Config config;
  BouncerFleet bouncers;
  std::vector<std::unique_ptr<WatchedDatabase>> databases;
  bool connected = false;
};

Task<void> FleetWatch::Impl::look_at_bouncers(LookDepth depth, std::vector<BouncerLook>& into) {
  if (!connected) co_await bouncers.connect();
  connected = true;
  const auto sights = co_await bouncers.look_at_bouncers();
  bool paused = false;
  for (const auto& sight : sights) {
    into.push_back(look_of(sight));
    paused = paused || sight.paused;
  }
  // In a pause the consoles are left to those who hold it.
  if (!depth.entries || paused) co_return;
  const auto inspections = co_await bouncers.inspect();
  for (const auto& [name, inspection] : inspections) {
    for (auto& look : into) {
      if (look.name == name && inspection) add_inspection(look, *inspection, config);
    }
  }
}

Task<void> FleetWatch::Impl::look_at_bouncers_within(LookDepth depth,
                                                     std::vector<BouncerLook>& into) {
  auto looking = look_at_bouncers(depth, into);
  const bool ended = co_await within(depth.limit, std::move(looking));
  static_cast<void>(ended);  // those that are missing did not answer
}

void FleetWatch::Impl::add_missing_bouncers(std::vector<BouncerLook>& into) const {
  for (const auto& bouncer : config.bouncers) {
    if (std::ranges::find(into, bouncer.name, &BouncerLook::name) != into.end()) continue;
    BouncerLook missing;
    missing.name = bouncer.name;
    missing.error = "its agent does not answer in time";
    missing.serves = "neither";
    into.push_back(std::move(missing));
  }
}

FleetWatch::FleetWatch(boost::asio::any_io_executor executor, const Config& config)
    : impl_(std::make_unique<Impl>(std::move(executor), config)) {}

FleetWatch::~FleetWatch() = default;

Task<FleetLook> FleetWatch::look(LookDepth depth) {
  FleetLook look;
  look.taken_at = unix_now();
  look.databases.resize(impl_->databases.size());
  std::vector<Task<void>> looking;
  for (std::size_t i = 0; i < impl_->databases.size(); ++i) {
    auto& database = *impl_->databases[i];
    auto& into = look.databases[i];
    into.name = database.config.name;
    into.subscriptions = database.config.subscriptions.size();
    into.way_back_subscriptions = database.way_back_subscriptions;
    looking.push_back(limited_look(depth.limit, look_at_blue(database, depth, into), into.blue));
    looking.push_back(limited_look(depth.limit, look_at_green(database, depth, into), into.green));
  }
  looking.push_back(impl_->look_at_bouncers_within(depth, look.bouncers));
  co_await gather(std::move(looking));
  impl_->add_missing_bouncers(look.bouncers);
  co_return look;
}

}  // namespace cutover
