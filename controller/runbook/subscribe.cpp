#include "controller/runbook/subscribe.h"

#include <fmt/format.h>

#include "controller/runbook/create_subscription.h"
#include "controller/runbook/extensions.h"
#include "controller/runbook/follow.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/replica_identity.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/seed_position.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

Task<Result<Standing>> look_at_greens_schema(const PhaseSight& sight) {
  const auto there = co_await sight.green.query(has_table_sql("run"));
  if (!there) co_return Error(there.error());
  if (there->text(0, "there") != "t") co_return due();
  for (const auto& each : sight.database.subscriptions) {
    const auto enabled = co_await subscription_enabled(sight.green, each);
    if (!enabled) co_return enabled.error();
    if (!*enabled) co_return due();
  }
  co_return holds();
}

/// Rows of the other side are left from an earlier subscription; a copy brings them again, and a
/// seeded green has them from blue as of its seed.
std::string without_blues_rows_sql(const std::vector<SubscriptionConfig>& subscriptions) {
  std::string sql;
  for (const char* table : {"run", "replica_identity", "ddl", "seed"})
    sql += fmt::format("DELETE FROM cutover.{} WHERE side <> 'green';", table);
  for (const auto& each : subscriptions)
    sql += "DELETE FROM " + marker_table(each.publication) + " WHERE side <> 'green';";
  return sql;
}

Task<Outcome> create_greens_schema(PhaseServers& servers) {
  const auto& subscriptions = servers.database.subscriptions;
  const auto made = co_await servers.green.script(
      own_schema_sql(subscriptions) + phase_tables_sql() + own_rows_sql("green", subscriptions));
  if (!made) co_return outcome_of_failure(made.error());
  const auto seed = co_await recorded_seed(servers.green);
  if (!seed) co_return refused(seed.error());
  const auto known = co_await servers.green.query(
      fmt::format("SELECT FROM pg_subscription WHERE subname IN ({}) AND subdbid = "
                  "(SELECT oid FROM pg_database WHERE datname = current_database())",
                  list_of_literals(subscriptions_of(servers.database))));
  if (!known) co_return outcome_of_failure(known.error());
  if (*seed || !known->empty()) co_return done();
  const auto emptied = co_await servers.green.script(without_blues_rows_sql(subscriptions));
  co_return emptied ? done() : outcome_of_failure(emptied.error());
}

Task<Result<Standing>> look_at_greens_identities(const PhaseSight& sight) {
  const auto standing = co_await look_at_identities(sight.green);
  co_return standing;
}

Task<Outcome> set_greens_identities(PhaseServers& servers) {
  const auto outcome = co_await set_identities(servers.green, "green");
  co_return outcome;
}

Task<Result<Standing>> look_at_subscriptions(const PhaseSight& sight) {
  std::vector<std::string> missing;
  for (const auto& each : sight.database.subscriptions) {
    const auto enabled = co_await subscription_enabled(sight.green, each);
    if (!enabled) co_return enabled.error();
    if (!*enabled) missing.push_back(each.subscription);
  }
  if (missing.empty()) co_return holds(named(subscriptions_of(sight.database)));
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return seed.error();
  co_return due(named(missing) + (*seed ? ", from the seed" : ", copying every table first"));
}

Task<Outcome> create_subscriptions(PhaseServers& servers) {
  const auto seed = co_await recorded_seed(servers.green);
  if (!seed) co_return refused(seed.error());
  const auto start = *seed ? SubscriptionStart::seeded : SubscriptionStart::copying;
  for (const auto& each : servers.database.subscriptions) {
    const auto outcome = co_await create_subscription(servers, each, start);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done(named(subscriptions_of(servers.database)));
}

std::string origins_sql(const DatabaseConfig& database, const std::string& lsn) {
  return fmt::format(
      "SELECT s.subname, s.subenabled, 'pg_' || s.oid AS origin, "
      "coalesce(o.remote_lsn >= {}::pg_lsn, false) AS advanced "
      "FROM pg_subscription AS s "
      "LEFT JOIN pg_replication_origin_status AS o ON o.external_id = 'pg_' || s.oid "
      "WHERE s.subname IN ({}) AND s.subdbid = "
      "(SELECT oid FROM pg_database WHERE datname = current_database())",
      quote_literal(lsn), list_of_literals(subscriptions_of(database)));
}

Error enabled_too_early(const std::string& place, const std::string& subscription) {
  return {fmt::format("{}: subscription {} was enabled before its origin was advanced to the seed: "
                      "rows may be there twice",
                      place, subscription),
          "green is not to be trusted: clone again"};
}

Task<Result<Standing>> look_at_origins(const PhaseSight& sight) {
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return seed.error();
  if (!*seed) co_return holds("not seeded");
  const auto rows = co_await sight.green.query(origins_sql(sight.database, (*seed)->lsn));
  if (!rows) co_return Error(rows.error());
  std::size_t advanced = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const bool is_advanced = rows->text(i, "advanced") == "t";
    advanced += is_advanced ? 1 : 0;
    if (!is_advanced && rows->text(i, "subenabled") == "t")
      co_return enabled_too_early(sight.green.place(), rows->text(i, "subname"));
  }
  const bool all = advanced == sight.database.subscriptions.size();
  co_return all ? holds((*seed)->lsn) : due("to " + (*seed)->lsn);
}

Task<Outcome> advance_origins(PhaseServers& servers) {
  const auto seed = co_await recorded_seed(servers.green);
  if (!seed) co_return refused(seed.error());
  const auto lsn = (*seed)->lsn;
  const auto rows = co_await servers.green.query(origins_sql(servers.database, lsn));
  if (!rows) co_return outcome_of_failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (rows->text(i, "advanced") == "t") continue;
    const auto moved = co_await servers.green.query(
        fmt::format("SELECT pg_replication_origin_advance({}, {})",
                    quote_literal(rows->text(i, "origin")), quote_literal(lsn)));
    if (!moved)
      co_return outcome_of_failure(moved.error(),
                                   "superusers may; from 14 on GRANT EXECUTE on "
                                   "pg_replication_origin_advance(text, pg_lsn) to the role");
  }
  co_return done("to " + lsn);
}

Task<Result<Standing>> look_at_enabled(const PhaseSight& sight) {
  const auto seed = co_await recorded_seed(sight.green);
  if (!seed) co_return seed.error();
  bool all = true;
  for (const auto& each : sight.database.subscriptions) {
    const auto enabled = co_await subscription_enabled(sight.green, each);
    if (!enabled) co_return enabled.error();
    if (*enabled && !**enabled && !*seed)
      co_return Error{
          fmt::format("{}: subscription {} is disabled", sight.green.place(), each.subscription),
          "enable or drop it by hand, after a look at why it is so"};
    all = all && *enabled && **enabled;
  }
  co_return all ? holds() : due();
}

Task<Outcome> enable_subscriptions(PhaseServers& servers) {
  for (const auto& each : servers.database.subscriptions) {
    const auto enabled = co_await servers.green.query(
        "ALTER SUBSCRIPTION " + quote_identifier(each.subscription) + " ENABLE");
    if (!enabled) co_return outcome_of_failure(enabled.error());
  }
  co_return done();
}

}  // namespace

std::vector<PhaseStep> subscribe_steps() {
  return {
      {"schema", "create schema cutover and green's rows in it", look_at_greens_schema,
       create_greens_schema},
      {"extensions", "update extensions that are older than green's server", look_at_extensions,
       update_extensions},
      {"replica_identity", "give tables without primary key a replica identity, for the way back",
       look_at_greens_identities, set_greens_identities},
      {"subscription", "subscribe with the slots that prepare made", look_at_subscriptions,
       create_subscriptions},
      {"origin", "where green was seeded, begin at the seed", look_at_origins, advance_origins},
      {"enable", "let the subscriptions apply", look_at_enabled, enable_subscriptions},
      {"follow", "wait until every table is there and green follows closely", look_at_following,
       wait_until_it_follows},
  };
}

}  // namespace cutover
