// See agent_record.h. Reading is strict: a record with anything missing is no record.
#include "agent/agent_record.h"

#include <boost/json.hpp>

namespace cutover::agent {
namespace json = boost::json;

namespace {

json::object json_of(const Route& route) {
  return {{"host", route.host}, {"port", route.port}};
}

json::object json_of(const Move& move) {
  return {{"entry", move.entry}, {"from", json_of(move.from)}, {"to", json_of(move.to)}};
}

std::string text_at(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

Route route_of(const json::object& object) {
  return {text_at(object, "host"), text_at(object, "port")};
}

Move move_of(const json::object& object) {
  return {text_at(object, "entry"), route_of(object.at("from").as_object()),
          route_of(object.at("to").as_object())};
}

std::optional<Phase> phase_named(std::string_view name) {
  for (int i = 0; i < phase_count; ++i)
    if (name == name_of(static_cast<Phase>(i))) return static_cast<Phase>(i);
  return std::nullopt;
}

AgentRecord record_of(const json::object& object) {
  AgentRecord record;
  record.claim = {text_at(object, "run_id"), object.at("epoch").to_number<std::uint64_t>()};
  record.direction = text_at(object, "direction");
  record.recovery = object.at("recovery").as_bool();
  record.phase = phase_named(object.at("phase").as_string()).value();
  for (const auto& [bouncer, moves] : object.at("moves").as_object()) {
    Moves& own = record.moves[bouncer];
    for (const json::value& move : moves.as_array()) own.push_back(move_of(move.as_object()));
  }
  if (!object.at("lease").is_null()) {
    const json::object& lease = object.at("lease").as_object();
    record.lease =
        PauseLease{text_at(lease, "boot_id"),
                   std::chrono::milliseconds(lease.at("deadline_ms").to_number<std::int64_t>())};
  }
  record.lease_expiries = object.at("lease_expiries").to_number<std::uint32_t>();
  return record;
}

}  // namespace

AgentRecord promise_of(AgentRecord record) {
  record.phase = Phase::switching;
  record.lease.reset();
  return record;
}

std::string to_json(const AgentRecord& record) {
  json::object moves;
  for (const auto& [bouncer, own] : record.moves) {
    json::array all;
    for (const Move& move : own) all.push_back(json_of(move));
    moves[bouncer] = std::move(all);
  }
  json::value lease = nullptr;
  if (record.lease)
    lease = json::object{{"boot_id", record.lease->boot_id},
                         {"deadline_ms", record.lease->deadline.count()}};
  const json::object object = {{"run_id", record.claim.run_id},
                               {"epoch", record.claim.epoch},
                               {"direction", record.direction},
                               {"recovery", record.recovery},
                               {"phase", name_of(record.phase)},
                               {"moves", moves},
                               {"lease", lease},
                               {"lease_expiries", record.lease_expiries}};
  return json::serialize(object) + "\n";
}

Result<AgentRecord> record_from_json(std::string_view text) {
  try {
    return record_of(json::parse(json::string_view(text.data(), text.size())).as_object());
  } catch (const std::exception& failure) {
    return Error{"the agent's record is unreadable: " + std::string(failure.what())};
  }
}

}  // namespace cutover::agent
