#include "controller/servers/database_servers.h"

#include <algorithm>
#include <utility>

namespace cutover {
namespace {

SessionOptions session(const std::string& conninfo, std::string place,
                       const FleetOptions& options) {
  SessionOptions made;
  made.conninfo = conninfo;
  made.place = std::move(place);
  made.application_name = "cutover/" + options.run_id;
  made.login_timeout = options.login_timeout;
  made.peer_timeout = options.lease;
  return made;
}

SessionOptions blue_session(const Sides& sides, const FleetOptions& options) {
  return session(sides.blue, sides.blue_colour + " " + sides.name, options);
}

SessionOptions green_session(const Sides& sides, const FleetOptions& options) {
  return session(sides.green, sides.green_colour + " " + sides.name, options);
}

}  // namespace

DatabaseServers::DatabaseServers(Sides database, const FleetOptions& fleet_options)
    : sides(std::move(database)),
      options(fleet_options),
      keeper(blue_session(sides, options)),
      decider(blue_session(sides, options)),
      marker(blue_session(sides, options)),
      watcher(blue_session(sides, options)),
      reader(blue_session(sides, options)),
      sequencer(blue_session(sides, options)),
      green(green_session(sides, options)),
      green_watcher(green_session(sides, options)),
      green_reader(green_session(sides, options)) {}

std::string DatabaseServers::own_pids() {
  std::string pids;
  for (const auto* session : on_blue()) pids += std::to_string(session->backend_pid()) + ",";
  for (const int pid : also_ours) pids += std::to_string(pid) + ",";
  pids.pop_back();
  return pids;
}

DatabaseServers& DatabaseServers::green_as_blue() {
  if (!green_as_blue_) {
    Sides exchanged = sides;
    std::swap(exchanged.blue, exchanged.green);
    std::swap(exchanged.blue_colour, exchanged.green_colour);
    green_as_blue_ = std::make_unique<DatabaseServers>(std::move(exchanged), options);
  }
  green_as_blue_->also_ours = also_ours_on_green;
  for (const auto* session : on_green())
    green_as_blue_->also_ours.push_back(session->backend_pid());
  return *green_as_blue_;
}

std::vector<ServerSession*> DatabaseServers::on_blue() {
  return {&keeper, &decider, &marker, &watcher, &reader, &sequencer};
}

std::vector<ServerSession*> DatabaseServers::on_green() {
  return {&green, &green_watcher, &green_reader};
}

std::vector<std::string> DatabaseServers::publications() const {
  std::vector<std::string> names;
  for (const auto& each : sides.subscriptions) names.push_back(each.publication);
  return names;
}

std::vector<std::string> DatabaseServers::slots() const {
  std::vector<std::string> names;
  for (const auto& each : sides.subscriptions) names.push_back(each.slot);
  return names;
}

Outcome outcome_of(const postgres::Failure& failure, std::string hint) {
  if (hint.empty()) hint = failure.hint;
  return failure.lost ? in_doubt(failure.what, hint) : refused(failure.what, hint);
}

}  // namespace cutover
