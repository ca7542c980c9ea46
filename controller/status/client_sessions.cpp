#include "controller/status/client_sessions.h"

#include <fmt/format.h>

#include <cstdlib>

namespace cutover {
namespace {

using postgres::Rows;

// A session of which we may not see the state (nor what kind it is) belongs to somebody else: it is
// counted, never ended. Background workers have no user.
constexpr const char* clients = R"(
  SELECT pid, backend_start::text AS started_at, coalesce(usename, '') AS usename,
         application_name, coalesce(client_addr::text, 'local') AS address,
         coalesce(state, 'unknown') AS state,
         coalesce(extract(epoch FROM clock_timestamp() - state_change), 0) AS state_seconds,
         coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0) AS transaction_seconds,
         regexp_replace(left(query, 80), '\s+', ' ', 'g') AS query
  FROM pg_stat_activity
  WHERE datname = current_database() AND usename IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'
    AND pid <> pg_backend_pid() AND application_name NOT LIKE 'cutover%')";

std::string idle_condition(const IdleRule& rule) {
  return fmt::format(
      "state_seconds >= {} AND state IN ('idle'{})", rule.idle_for.count(),
      rule.in_transaction ? ", 'idle in transaction', 'idle in transaction (aborted)'" : "");
}

double decimal(const Rows& rows, std::size_t row, const char* column) {
  return std::strtod(rows.text(row, column).c_str(), nullptr);
}

std::vector<ClientSession> sessions_of(const Rows& rows) {
  std::vector<ClientSession> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ClientSession one;
    one.pid = std::atoi(rows.text(i, "pid").c_str());
    one.started_at = rows.text(i, "started_at");
    one.user = rows.text(i, "usename");
    one.application = rows.text(i, "application_name");
    one.address = rows.text(i, "address");
    one.state = rows.text(i, "state");
    one.state_seconds = decimal(rows, i, "state_seconds");
    one.transaction_seconds = decimal(rows, i, "transaction_seconds");
    one.query = rows.text(i, "query");
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace

Task<Result<SessionsSeen>> look_at_sessions(ServerSession& server, IdleRule rule) {
  SessionsSeen seen;
  seen.place = server.place();
  const auto groups = co_await server.query(
      fmt::format("SELECT usename, application_name, address, state, count(*) AS n FROM ({}) AS c "
                  "GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4",
                  clients));
  if (!groups) co_return Error(groups.error());
  for (std::size_t i = 0; i < groups->size(); ++i)
    seen.groups.push_back({groups->text(i, "usename"), groups->text(i, "application_name"),
                           groups->text(i, "address"), groups->text(i, "state"),
                           static_cast<std::uint32_t>(decimal(*groups, i, "n"))});
  const auto longest =
      co_await server.query(fmt::format("SELECT * FROM ({}) AS c WHERE transaction_seconds > 0 "
                                        "ORDER BY transaction_seconds DESC LIMIT 10",
                                        clients));
  if (!longest) co_return Error(longest.error());
  seen.longest = sessions_of(*longest);
  const auto idle = co_await server.query(
      fmt::format("SELECT * FROM ({}) AS c WHERE {} ORDER BY state_seconds DESC", clients,
                  idle_condition(rule)));
  if (!idle) co_return Error(idle.error());
  seen.idle = sessions_of(*idle);
  co_return seen;
}

Task<postgres::Answer<IdleEnd>> terminate_if_idle(ServerSession& server, ClientSession session,
                                                  IdleRule rule) {
  const auto unopened = co_await server.open();
  if (unopened) co_return postgres::Failure{*unopened};
  const auto rows = co_await server.query(fmt::format(
      "SELECT pg_terminate_backend(pid) AS ended FROM ({}) AS c WHERE pid = {} AND started_at = {} "
      "AND {}",
      clients, session.pid, postgres::quote_literal(session.started_at), idle_condition(rule)));
  if (!rows) co_return rows.error();
  const bool ended = !rows->empty() && rows->text(0, "ended") == "t";
  co_return ended ? IdleEnd::ended : IdleEnd::left_alone;
}

}  // namespace cutover
