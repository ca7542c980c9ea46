#include "tests/unit/display/sample_look.h"

namespace cutover::tests {
namespace {

SideLook side(const std::string& version, double rows) {
  SideLook look;
  look.version = version;
  look.clients = 18;
  look.active = 6;
  look.rows_written = rows;
  look.transactions = rows / 2;
  return look;
}

PoolLook pool(const std::string& database, const std::string& user, std::uint32_t active,
              std::uint32_t waiting) {
  PoolLook look;
  look.pgbouncer = "main";
  look.database = database;
  look.user = user;
  look.clients_active = active;
  look.clients_waiting = waiting;
  return look;
}

BouncerLook bouncer(const std::string& name) {
  BouncerLook look;
  look.name = name;
  look.serves = "blue";
  EntryLook entry;
  entry.pgbouncer = "main";
  entry.entry = "medplum";
  entry.target = "blue.internal:5432";
  entry.side = "blue";
  look.entries.push_back(entry);
  look.pools = {pool("medplum", "app", 9, 0), pool("reports", "reader", 1, 4)};
  return look;
}

}  // namespace

FleetLook sample_look(double taken_at) {
  DatabaseLook database;
  database.name = "medplum";
  database.blue = side("13.23", 1000 * (taken_at - 999'000));
  database.green = side("17.10", 1000 * (taken_at - 999'000));
  database.fenced = false;
  database.epoch = 3;
  SlotLook slot;
  slot.slot = slot.subscription = "cutover";
  slot.ours = true;
  slot.active = true;
  slot.lag_bytes = 2048;
  slot.retained_bytes = 16.0 * 1024 * 1024;
  database.blue.slots.push_back(slot);
  FleetLook look;
  look.taken_at = taken_at;
  look.databases.push_back(database);
  look.bouncers = {bouncer("bouncer-1"), bouncer("bouncer-2")};
  return look;
}

std::string text_of(const Frame& frame) {
  std::string text;
  for (const auto& line : frame) text += line.text() + "\n";
  return text;
}

}  // namespace cutover::tests
