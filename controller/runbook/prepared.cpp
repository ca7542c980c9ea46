#include "controller/runbook/prepared.h"

#include <fmt/format.h>

#include <random>

#include "controller/runbook/blue_slots.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr int beacon_class = 0x63757478;  ///< of advisory locks that nobody else takes

}  // namespace

Task<Outcome> look_whether_prepared(const PhaseSight& sight) {
  const auto& database = sight.database;
  const auto rows =
      co_await sight.blue.query(fmt::format("SELECT FROM pg_publication WHERE pubname IN ({})",
                                            list_of_literals(publications_of(database))));
  if (!rows) co_return outcome_of_failure(rows.error());
  const auto missing = co_await missing_slots(sight.blue, database);
  if (!missing) co_return refused(missing.error());
  const auto wanted = database.subscriptions.size();
  const auto slots = wanted - missing->size();
  if (rows->size() == wanted && slots == wanted) co_return done();
  co_return refused(fmt::format("{}: {} of {} publications and {} of {} slots exist",
                                sight.blue.place(), rows->size(), wanted, slots, wanted),
                    "run `cutover prepare`");
}

/// Clones share the system identifier and every oid, but not the locks that are held now.
Task<Outcome> look_whether_two_servers(const PhaseSight& sight) {
  std::random_device random;
  const auto key = static_cast<std::int32_t>(random() & 0x7fffffffU);
  const auto lit = co_await sight.green.query(
      fmt::format("SELECT pg_advisory_lock_shared({}, {})", beacon_class, key));
  if (!lit) co_return outcome_of_failure(lit.error());
  const auto seen = co_await sight.blue.query(fmt::format(
      "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {} AND objid = {}",
      beacon_class, key));
  const auto out = co_await sight.green.query(
      fmt::format("SELECT pg_advisory_unlock_shared({}, {})", beacon_class, key));
  if (!seen) co_return outcome_of_failure(seen.error());
  if (!out) co_return outcome_of_failure(out.error());
  if (seen->empty()) co_return done();
  co_return refused(sight.green.place() + " is the server that " + sight.blue.place() + " is",
                    "set host and port of the two clusters in blue = and green = of cutover.toml");
}

}  // namespace cutover
