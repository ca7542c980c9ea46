// Do the servers answer, which versions are they, are they two different ones that can be written.
#include <fmt/format.h>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

Task<Finding> servers_reachable(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases)
    for (const auto* server : {&database.blue, &database.green}) {
      if (server->is_reachable()) continue;
      evidence.fail({}, server->why_not().what);
    }
  co_return evidence.finding(
      fmt::format("blue and green answer ({})", count_of(context.databases.size(), "database")),
      "try the conninfo with psql; passwords come from ~/.pgpass or a service file");
}

/// 150004 → "15.4"
std::string version_text(int version) {
  return fmt::format("{}.{}", version / 10000, version % 10000);
}

void judge_versions(const CheckedDatabase& database, const std::string& prefix,
                    Evidence& evidence) {
  const int blue = database.blue.version();
  const int green = database.green.version();
  const std::string both =
      fmt::format("{}{} after {}", prefix, version_text(green), version_text(blue));
  if (blue / 10000 < 12) evidence.fail("blue is older than PostgreSQL 12", both);
  if (green < blue) evidence.fail("green is older than blue", both);
  if (evidence.is_clean()) evidence.note({}, both);
}

Task<Finding> server_versions(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    for (const auto* server : {&database.blue, &database.green})
      if (!server->is_reachable()) evidence.unknown(server->why_not());
    if (database.blue.is_reachable() && database.green.is_reachable())
      judge_versions(database, prefix_of(context, database), evidence);
  }
  co_return evidence.finding({}, "upgrade green to blue's version or a newer one");
}

/// Which of blue and green `from` is connected to; each may only see its own beacon.
Task<void> expect_beacon(const ReadOnlyServer& from, const CheckedDatabase& database,
                         std::string expected, Evidence& evidence) {
  const auto rows = co_await from.ask(server_by_beacon_sql(database.blue, database.green));
  if (!rows) {
    evidence.unknown(rows.error());
    co_return;
  }
  const std::string seen(rows->at(0, std::size_t{0}).value_or(""));
  if (seen == expected) co_return;
  if (seen == "neither")
    evidence.fail(from.name() + " answers from more than one server");
  else
    evidence.fail(fmt::format("{} is the server that {} is", from.name(), seen));
}

/// Sees every beacon that burns on its own server, so one question to each side is enough; a
/// server that sees both answers with blue's.
Task<Finding> different_servers(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    co_await expect_beacon(database.blue, database, "blue", evidence);
    co_await expect_beacon(database.green, database, "green", evidence);
  }
  co_return evidence.finding(
      "blue and green do not see each other's locks",
      "give host and port of the two clusters themselves in blue= and green=, no load balancer");
}

/// Every database has to be on the cluster of the first one.
Task<Finding> one_cluster_each(const CheckContext& context) {
  Evidence evidence;
  if (context.databases.empty()) evidence.unknown({"no database is configured"});
  for (std::size_t i = 1; i < context.databases.size(); ++i) {
    const CheckedDatabase& first = context.databases.front();
    const CheckedDatabase& other = context.databases[i];
    co_await expect_beacon(other.blue, first, "blue", evidence);
    co_await expect_beacon(other.green, first, "green", evidence);
  }
  co_return evidence.finding("all databases are on one blue and one green cluster",
                             "use one configuration per pair of clusters");
}

constexpr auto recovery_sql = R"sql(
  SELECT 'fail' AS outcome, 'in recovery, so nothing can be written' AS label,
         $1::text AS object
   WHERE pg_is_in_recovery())sql";

Task<Finding> servers_are_primaries(const CheckContext& context) {
  Evidence evidence;
  for (const Side side : {Side::blue, Side::green}) {
    Offenders question{.side = side, .sql = recovery_sql};
    question.parameters.emplace_back(side == Side::blue ? "blue" : "green");
    co_await gather_offenders(context, question, evidence);
  }
  co_return evidence.finding("blue and green are primaries",
                             "give the writer's host in blue= and green=");
}

}  // namespace

std::vector<Check> server_checks() {
  return {
      {"servers_reachable", "Blue and green of every database answer.", true, servers_reachable},
      {"server_versions", "Green is as new as blue or newer, and blue is PostgreSQL 12 or newer.",
       false, server_versions},
      {"different_servers",
       "Blue and green are two servers: a lock held on one is not seen on the other.", true,
       different_servers},
      {"one_cluster_each", "All databases are on one blue and one green cluster.", true,
       one_cluster_each},
      {"servers_are_primaries", "Neither blue nor green is a standby.", true,
       servers_are_primaries},
  };
}

}  // namespace cutover
