// Blue's schema and what green has subscribed to, as they were at the checks: declared in
// schema_hash.h.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/async/gather.h"
#include "controller/servers/catalogue_version.h"
#include "controller/servers/prepared.h"
#include "controller/servers/schema.h"
#include "controller/servers/schema_hash.h"

namespace cutover {
namespace {

using postgres::Rows;

constexpr const char* published_names_sql = R"(
SELECT pubname, schemaname, tablename FROM pg_publication_tables WHERE pubname IN ({}))";

constexpr const char* subscribed_sql = R"(
SELECT s.subname, n.nspname, c.relname, r.srsubstate
FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
JOIN pg_class AS c ON c.oid = r.srrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE s.subname IN ({}) AND s.subdbid = (SELECT oid FROM pg_database
                                         WHERE datname = current_database()))";

using TableStates = std::map<std::string, std::string>;

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

std::string prepare_on_blue(const DatabaseServers& servers) {
  const auto version = servers.reader.server_version();
  return "PREPARE cutover_version AS " + schema_version_sql(version) +
         "; PREPARE cutover_fingerprint AS " +
         catalogue_fingerprint_sql(servers.publications(), version) +
         "; PREPARE cutover_published AS " +
         fmt::format(published_names_sql, list_of_literals(servers.publications()));
}

std::string prepare_on_green(const DatabaseServers& servers) {
  const auto names = subscription_names(servers);
  return "PREPARE cutover_version AS " + subscribed_version_sql(names) +
         "; PREPARE cutover_subscribed AS " + fmt::format(subscribed_sql, list_of_literals(names));
}

/// The same question to both sides at once. Planning takes longer than running, so everything is
/// prepared once per session.
Task<Result<std::vector<std::vector<Rows>>>> ask_both(DatabaseServers& servers, std::string blue,
                                                      std::string green) {
  const auto closed = co_await servers.reader.open();
  if (closed) co_return *closed;
  std::vector<Task<ScriptAnswer>> looks;
  looks.push_back(ask_prepared(servers.reader, blue, prepare_on_blue(servers)));
  looks.push_back(ask_prepared(servers.green_reader, green, prepare_on_green(servers)));
  const auto seen = co_await gather(std::move(looks));
  std::vector<std::vector<Rows>> answers;
  for (const auto& side : seen) {
    if (!side) co_return Error(side.error());
    answers.push_back(*side);
  }
  co_return answers;
}

Task<Result<std::string>> look_at_versions(DatabaseServers& servers) {
  const auto seen =
      co_await ask_both(servers, "EXECUTE cutover_version", "EXECUTE cutover_version");
  if (!seen) co_return seen.error();
  auto versions =
      (*seen)[0].front().text(0, "version") + " " + (*seen)[1].front().text(0, "version");
  co_return text_result(std::move(versions));
}

Task<Outcome> look_at_whole_schema(DatabaseServers& servers) {
  const auto seen =
      co_await ask_both(servers, "EXECUTE cutover_fingerprint; EXECUTE cutover_published",
                        "EXECUTE cutover_subscribed");
  if (!seen) co_return in_doubt(seen.error());
  if (servers.schema_seen.empty())
    co_return refused(servers.blue_place() + ": no schema was remembered to compare with");
  const auto& blue = (*seen)[0];
  if (blue.front().text(0, "hash") != servers.schema_seen)
    co_return refused(
        servers.blue_place() + ": its schema, or what it publishes, changed since the checks",
        "find out who runs DDL, apply the same on green, then start again");
  co_return every_table_is_subscribed(servers, blue.back(), (*seen)[1].front());
}

}  // namespace

Task<std::optional<Error>> remember_schema(DatabaseServers& servers) {
  servers.schema_versions.clear();
  const auto opened = co_await servers.reader.open();
  if (opened) co_return opened;
  const auto seen = co_await ask_prepared(servers.reader, "EXECUTE cutover_fingerprint",
                                          prepare_on_blue(servers));
  if (!seen) co_return Error(seen.error());
  servers.schema_seen = seen->front().text(0, "hash");
  co_return std::nullopt;
}

/// Where nothing was written to either catalogue since the whole was in order, it still is.
Task<Outcome> schema_is_as_remembered(DatabaseServers& servers) {
  const auto before = co_await look_at_versions(servers);
  if (!before) co_return in_doubt(before.error());
  if (*before == servers.schema_versions) co_return done();
  servers.schema_versions.clear();
  const auto outcome = co_await look_at_whole_schema(servers);
  if (!outcome.is_done()) co_return outcome;
  const auto after = co_await look_at_versions(servers);
  if (after && *after == *before) servers.schema_versions = *after;
  co_return outcome;
}

}  // namespace cutover
