#include "controller/runbook/finish.h"

#include "controller/runbook/leftovers.h"
#include "controller/runbook/prepared.h"
#include "controller/runbook/watch_writers.h"

namespace cutover {
namespace {

using Find = Task<Result<Standing>> (*)(ServerSession&, ServerTraces);
using Remove = Task<Outcome> (*)(ServerSession&, ServerTraces);

ServerTraces traces_of(const DatabaseConfig& database, const std::string& colour, Retired retired,
                       FenceAtEnd fence) {
  ServerTraces traces;
  traces.database = database;
  traces.colour = colour;
  const auto gone = colour == "blue" ? Retired::blue : Retired::green;
  traces.keeps_fence = fence == FenceAtEnd::kept && retired == gone;
  return traces;
}

template <Find find>
Task<Result<Standing>> on_both(const PhaseSight& sight) {
  const auto retired = co_await retired_side(sight.blue, sight.green);
  if (!retired) co_return retired.error();
  const auto fence = sight.options.wishes.finish.fence;
  std::string left;
  std::string kept;
  for (auto* server : {&sight.blue, &sight.green}) {
    const auto traces =
        traces_of(sight.database, server == &sight.blue ? "blue" : "green", *retired, fence);
    const auto found = co_await find(*server, traces);
    if (!found) co_return found.error();
    auto& list = found->holds ? kept : left;
    if (!found->detail.empty())
      list += (list.empty() ? "" : "; ") + server->place() + ": " + found->detail;
  }
  co_return left.empty() ? holds(kept.empty() ? "nothing is there" : kept) : due(left);
}

template <Remove remove>
Task<Outcome> from_both(PhaseServers& servers) {
  const auto retired = co_await retired_side(servers.blue, servers.green);
  if (!retired) co_return in_doubt(retired.error());
  const auto fence = servers.options.wishes.finish.fence;
  std::string details;
  for (auto* server : {&servers.blue, &servers.green}) {
    const auto traces =
        traces_of(servers.database, server == &servers.blue ? "blue" : "green", *retired, fence);
    const auto outcome = co_await remove(*server, traces);
    if (!outcome.is_done()) co_return outcome;
    if (!outcome.detail.empty())
      details += (details.empty() ? "" : "; ") + server->place() + ": " + outcome.detail;
  }
  co_return done(details);
}

/// A look at everything once more, by the catalogues.
Task<Outcome> look_for_the_rest(PhaseServers& servers) {
  const PhaseSight sight(servers.database, servers.options);
  for (const auto look : {on_both<find_subscriptions>, on_both<find_slots>, on_both<find_guard>,
                          on_both<find_publications>, on_both<find_identities>, on_both<find_fence>,
                          on_both<find_schema>}) {
    const auto standing = co_await look(sight);
    if (!standing) co_return in_doubt(standing.error());
    if (!standing->holds)
      co_return refused("still there: " + standing->detail,
                        "finish again; what is gone stays gone");
  }
  co_return done("nothing is left");
}

}  // namespace

std::vector<PhaseCheck> finish_checks() {
  return {
      {"two_servers", "blue and green are two servers", look_whether_two_servers},
      {"settled", "no run is under way or was left half way", look_whether_settled},
      {"writers", "nobody writes on the side that no longer serves", watch_for_writers},
  };
}

std::vector<PhaseStep> finish_steps() {
  return {
      {"subscriptions", "drop the subscriptions", on_both<find_subscriptions>,
       from_both<drop_subscriptions>},
      {"slots", "drop the slots", on_both<find_slots>, from_both<drop_slots>},
      {"ddl_guard", "drop the DDL guard", on_both<find_guard>, from_both<remove_guard>},
      {"publications", "drop the publications", on_both<find_publications>,
       from_both<drop_publications>},
      {"replica_identity", "take back the replica identities that were set for this",
       on_both<find_identities>, from_both<undo_identities>},
      {"fence", "take the fence down, unless it is to stay", on_both<find_fence>,
       from_both<lift_fence>},
      {"schema", "drop schema cutover", on_both<find_schema>, from_both<drop_schema>},
      {"nothing_left", "look at both sides once more", nullptr, look_for_the_rest},
  };
}

}  // namespace cutover
