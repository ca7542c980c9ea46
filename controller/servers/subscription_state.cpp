#include "controller/servers/subscription_state.h"

#include <fmt/format.h>

#include "controller/servers/database_servers.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

// From 16 on parallel workers have rows of their own, of the same subscription.
constexpr const char* states_sql = R"(
SELECT s.subname, s.subenabled, 'pg_' || s.oid AS origin,
       EXISTS (SELECT FROM pg_stat_subscription AS w
               WHERE w.subid = s.oid AND w.pid IS NOT NULL) AS has_worker
FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid
WHERE d.datname = current_database() AND s.subname IN ({}))";

constexpr const char* drop_slot_sql = R"(
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
WHERE slot_name = {} AND database = current_database())";

}  // namespace

Task<Result<SubscriptionStates>> look_at_subscriptions_of(ServerSession& session,
                                                          std::vector<SubscriptionConfig> wanted) {
  std::vector<std::string> names;
  for (const auto& each : wanted) names.push_back(each.subscription);
  const auto rows = co_await session.query(fmt::format(states_sql, list_of_literals(names)));
  if (!rows) co_return Error(rows.error());
  SubscriptionStates states;
  for (std::size_t i = 0; i < rows->size(); ++i)
    states[rows->text(i, "subname")] = {rows->text(i, "subenabled") == "t",
                                        rows->text(i, "has_worker") == "t",
                                        rows->text(i, "origin")};
  co_return states;
}

Task<Outcome> drop_subscription(ServerSession& session, std::string name) {
  const auto quoted = quote_identifier(name);
  const auto dropped = co_await session.script(
      fmt::format("ALTER SUBSCRIPTION {0} DISABLE; ALTER SUBSCRIPTION {0} SET (slot_name = NONE); "
                  "DROP SUBSCRIPTION {0}",
                  quoted));
  co_return dropped ? done() : outcome_of(dropped.error());
}

Task<Outcome> drop_slot(ServerSession& session, std::string name) {
  const auto dropped = co_await session.query(fmt::format(drop_slot_sql, quote_literal(name)));
  co_return dropped ? done() : outcome_of(dropped.error());
}

}  // namespace cutover
