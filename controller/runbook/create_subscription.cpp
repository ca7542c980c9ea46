#include "controller/runbook/create_subscription.h"

#include <fmt/format.h>

#include "controller/servers/secret_statement.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

std::string create_sql(const SubscriptionConfig& subscription, const std::string& conninfo) {
  return fmt::format(
      "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} "
      "WITH (create_slot = false, slot_name = {}, copy_data = true)",
      quote_identifier(subscription.subscription), quote_literal(conninfo),
      quote_identifier(subscription.publication), quote_literal(subscription.slot));
}

Outcome failed(const postgres::Failure& failure) {
  return failure.lost ? in_doubt(failure) : refused(failure);
}

/// Nothing when there is no such subscription.
Task<std::optional<Outcome>> existing(PhaseServers& servers, SubscriptionConfig wanted) {
  const auto rows = co_await servers.green.query(
      "SELECT s.subenabled, coalesce(s.subslotname, '') AS slot FROM pg_subscription AS s "
      "JOIN pg_database AS d ON d.oid = s.subdbid "
      "WHERE d.datname = current_database() AND s.subname = " +
      quote_literal(wanted.subscription));
  if (!rows) co_return failed(rows.error());
  if (rows->empty()) co_return std::nullopt;
  if (rows->text(0, "slot") == wanted.slot && rows->text(0, "subenabled") == "t")
    co_return done("exists");
  co_return refused(
      fmt::format("{}: subscription {} exists, {}, with slot {}", servers.green.place(),
                  wanted.subscription, rows->text(0, "subenabled") == "t" ? "enabled" : "disabled",
                  rows->text(0, "slot")),
      "enable or drop it by hand, after a look at why it is so");
}

}  // namespace

Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription) {
  const auto there = co_await existing(servers, subscription);
  if (there) co_return *there;
  const auto conninfo = conninfo_for_worker(servers.database.replicate_from);
  if (!conninfo) co_return refused(conninfo.error());
  const auto sql = create_sql(subscription, *conninfo);
  const auto created = co_await run_secretly(servers.green, sql);
  co_return created ? done() : failed(created.error());
}

}  // namespace cutover
