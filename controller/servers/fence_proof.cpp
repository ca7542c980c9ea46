#include "controller/servers/fence_proof.h"

#include <fmt/format.h>

#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr const char* read_only = "25006";
constexpr const char* insufficient_privilege = "42501";

/// The table exists in this transaction alone, so no publication ever carries it.
std::string set_up_sql(const DatabaseServers& servers) {
  return "BEGIN; CREATE TABLE cutover.fence_proof (id integer);" +
         create_fence_trigger_sql(servers.sides.blue_colour, "cutover.fence_proof") +
         "GRANT USAGE ON SCHEMA cutover TO pg_monitor;"
         "GRANT INSERT ON cutover.fence_proof TO pg_monitor;";
}

std::string raise_fence_sql(const DatabaseServers& servers) {
  return fmt::format("RESET ROLE; UPDATE cutover.run SET fenced = true WHERE side = {};",
                     postgres::quote_literal(servers.sides.blue_colour));
}

constexpr const char* write_as_ordinary_role =
    "SET LOCAL ROLE pg_monitor; INSERT INTO cutover.fence_proof VALUES (1);";

Outcome verdict(const DatabaseServers& servers,
                const postgres::Answer<std::vector<postgres::Rows>>& tried) {
  const auto place = servers.blue_place() + ": ";
  if (tried) return refused(place + "the fence let a write through that it should have refused");
  if (tried.error().sqlstate == read_only) return done();
  if (tried.error().lost) return in_doubt(tried.error());
  return refused(place + "the fence answers a write with another error: " + tried.error().what);
}

Outcome not_tried(const postgres::Failure& failure) {
  if (failure.lost) return in_doubt(failure);
  const bool role = failure.sqlstate == insufficient_privilege;
  return refused("the fence could not be tried by an ordinary role: " + failure.what,
                 role ? "grant pg_monitor to the user of the controller" : failure.hint);
}

Task<Outcome> try_fence(DatabaseServers& servers) {
  const auto before = co_await servers.decider.script(set_up_sql(servers) + write_as_ordinary_role);
  if (!before) co_return not_tried(before.error());
  const auto raised = co_await servers.decider.script_in_transaction(raise_fence_sql(servers));
  if (!raised) co_return not_tried(raised.error());
  const auto tried = co_await servers.decider.script_in_transaction(write_as_ordinary_role);
  co_return verdict(servers, tried);
}

}  // namespace

Task<Outcome> prove_fence(DatabaseServers& servers) {
  const auto outcome = co_await try_fence(servers);
  if (!servers.decider.is_open()) co_return outcome;
  const auto rolled_back = co_await servers.decider.script_in_transaction("ROLLBACK");
  if (!rolled_back) servers.decider.close();
  co_return outcome;
}

}  // namespace cutover
