// Blue's schema and what green has subscribed to, as they were at the checks: declared in
// schema_hash.h.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/async/gather.h"
#include "controller/servers/schema.h"
#include "controller/servers/schema_hash.h"

namespace cutover {
namespace {

using postgres::Answer;
using postgres::Rows;
using Scripted = Answer<std::vector<Rows>>;

constexpr const char* published_names_sql = R"(
SELECT pubname, schemaname, tablename FROM pg_publication_tables WHERE pubname IN ({}))";

constexpr const char* subscribed_sql = R"(
SELECT s.subname, n.nspname, c.relname, r.srsubstate
FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
JOIN pg_class AS c ON c.oid = r.srrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE s.subname IN ({}) AND s.subdbid = (SELECT oid FROM pg_database
                                         WHERE datname = current_database()))";

using TableStates = std::map<std::string, std::string>;

constexpr const char* unknown_statement = "26000";

std::string key(const std::string& subscription, const std::string& schema,
                const std::string& table) {
  return subscription + "\n" + quoted_name(schema, table);
}

std::vector<std::string> subscription_names(const DatabaseServers& servers) {
  std::vector<std::string> names;
  for (const auto& each : servers.sides.subscriptions) names.push_back(each.subscription);
  return names;
}

TableStates states_of(const Rows& rows) {
  TableStates states;
  for (std::size_t i = 0; i < rows.size(); ++i)
    states[key(rows.text(i, "subname"), rows.text(i, "nspname"), rows.text(i, "relname"))] =
        rows.text(i, "srsubstate");
  return states;
}

std::string subscription_of(const DatabaseServers& servers, const std::string& publication) {
  for (const auto& each : servers.sides.subscriptions)
    if (each.publication == publication) return each.subscription;
  return {};
}

Outcome every_table_is_subscribed(const DatabaseServers& servers, const Rows& published,
                                  const Rows& subscribed) {
  const auto states = states_of(subscribed);
  if (published.empty())
    return refused(servers.blue_place() + ": nothing is published", "run `cutover prepare`");
  for (std::size_t i = 0; i < published.size(); ++i) {
    const auto subscription = subscription_of(servers, published.text(i, "pubname"));
    const auto schema = published.text(i, "schemaname");
    const auto table = published.text(i, "tablename");
    const auto found = states.find(key(subscription, schema, table));
    if (found != states.end() && found->second == "r") continue;
    return refused(
        fmt::format("{}: table {} is published but subscription {} {}", servers.green_place(),
                    quoted_name(schema, table), subscription,
                    found == states.end() ? "does not know it"
                                          : "is still copying it (state " + found->second + ")"),
        fmt::format("ALTER SUBSCRIPTION {} REFRESH PUBLICATION on {}, and wait until it is r",
                    postgres::quote_identifier(subscription), servers.sides.green_colour));
  }
  return done();
}

/// Blue's fingerprint, then what it publishes. Planning takes longer than running, so both are
/// prepared once per session.
Task<Scripted> look_at_published(DatabaseServers& servers) {
  const std::string execute = "EXECUTE cutover_fingerprint; EXECUTE cutover_published";
  auto known = co_await servers.reader.script(execute);
  if (known || known.error().sqlstate != unknown_statement) co_return known;
  const auto published = fmt::format(published_names_sql, list_of_literals(servers.publications()));
  auto prepared = co_await servers.reader.script("DEALLOCATE ALL; PREPARE cutover_fingerprint AS " +
                                                 catalogue_fingerprint_sql() +
                                                 "; PREPARE cutover_published AS " + published);
  if (!prepared) co_return prepared;
  auto seen = co_await servers.reader.script(execute);
  co_return seen;
}

}  // namespace

Task<std::optional<Error>> remember_schema(DatabaseServers& servers) {
  const auto seen = co_await look_at_published(servers);
  if (!seen) co_return Error(seen.error());
  servers.schema_seen = seen->front().text(0, "hash");
  co_return std::nullopt;
}

Task<Outcome> schema_is_as_remembered(DatabaseServers& servers) {
  std::vector<Task<Scripted>> looks;
  looks.push_back(look_at_published(servers));
  looks.push_back(servers.green_reader.script(
      fmt::format(subscribed_sql, list_of_literals(subscription_names(servers)))));
  const auto seen = co_await gather(std::move(looks));
  for (const auto& side : seen)
    if (!side) co_return in_doubt(Error(side.error()));
  if (servers.schema_seen.empty())
    co_return refused(servers.blue_place() + ": no schema was remembered to compare with");
  if (seen[0]->front().text(0, "hash") != servers.schema_seen)
    co_return refused(servers.blue_place() + ": its schema changed since the checks",
                      "find out who runs DDL, apply the same on green, then start again");
  co_return every_table_is_subscribed(servers, seen[0]->back(), seen[1]->front());
}

}  // namespace cutover
