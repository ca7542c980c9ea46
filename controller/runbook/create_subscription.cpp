#include "controller/runbook/create_subscription.h"

#include <fmt/format.h>

#include "controller/servers/secret_statement.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

std::string create_sql(const SubscriptionConfig& subscription, const std::string& conninfo,
                       SubscriptionStart start) {
  return fmt::format(
      "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} "
      "WITH (create_slot = false, slot_name = {}, {})",
      quote_identifier(subscription.subscription), quote_literal(conninfo),
      quote_identifier(subscription.publication), quote_literal(subscription.slot),
      start == SubscriptionStart::copying ? "copy_data = true"
                                          : "copy_data = false, enabled = false");
}

}  // namespace

Task<Result<std::optional<bool>>> subscription_enabled(ServerSession& green,
                                                       SubscriptionConfig wanted) {
  const auto rows = co_await green.query(
      "SELECT s.subenabled, coalesce(s.subslotname, '') AS slot FROM pg_subscription AS s "
      "JOIN pg_database AS d ON d.oid = s.subdbid "
      "WHERE d.datname = current_database() AND s.subname = " +
      quote_literal(wanted.subscription));
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return std::optional<bool>();
  if (rows->text(0, "slot") == wanted.slot)
    co_return std::optional<bool>(rows->text(0, "subenabled") == "t");
  co_return Error{fmt::format("{}: subscription {} exists with slot {}", green.place(),
                              wanted.subscription, rows->text(0, "slot")),
                  "drop it by hand, after a look at why it is so"};
}

Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription,
                                  SubscriptionStart start) {
  const auto there = co_await subscription_enabled(servers.green, subscription);
  if (!there) co_return refused(there.error());
  if (*there) co_return done("exists");
  const auto conninfo =
      conninfo_for_worker(servers.database.replicate_from, servers.green.server_version());
  if (!conninfo) co_return refused(conninfo.error());
  const auto sql = create_sql(subscription, *conninfo, start);
  const auto created = co_await run_secretly(servers.green, sql);
  co_return created ? done() : outcome_of_failure(created.error());
}

}  // namespace cutover
