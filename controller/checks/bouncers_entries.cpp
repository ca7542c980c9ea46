// Which entries move, and whether the ini files can be rewritten and mean what PgBouncer runs.
#include <arpa/inet.h>
#include <fmt/format.h>

#include "controller/checks/bouncer_questions.h"
#include "controller/checks/check_list.h"
#include "controller/link/entry_moves.h"

namespace cutover {
namespace {

std::string text_of(const CheckedBouncer& bouncer, const StandingEntry& entry) {
  return fmt::format("{} {} ({} at {})", bouncer.config.name, entry.entry, entry.holds,
                     entry.place);
}

void judge_entries(const CheckedBouncer& bouncer, const EntryPlan& plan, Evidence& evidence) {
  for (const StandingEntry& entry : plan.unclaimed)
    evidence.fail("points at blue, and is in neither entries nor ignore_entries",
                  text_of(bouncer, entry));
  for (const StandingEntry& entry : plan.same_server)
    evidence.warn("another database of blue, stays there", text_of(bouncer, entry));
  for (const StandingEntry& entry : plan.there_already)
    evidence.warn("there already, and would be moved on the way back", text_of(bouncer, entry));
  for (const proto::EntryMove& move : plan.moves)
    evidence.note("moving", bouncer.config.name + " " + move.entry());
}

Task<Finding> entries_claimed(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (!bouncer.inspection) {
      evidence.unknown(within_context(bouncer.config.name, bouncer.inspection.error()));
      continue;
    }
    const auto plan = entry_moves(context.config, bouncer.config, *bouncer.inspection);
    if (plan)
      judge_entries(bouncer, *plan, evidence);
    else
      evidence.unknown(plan.error());
  }
  co_return evidence.finding({},
                             "name it in entries (it moves) or in ignore_entries (it stays) of "
                             "this [[bouncer]]");
}

/// What an agent refuses to show it would refuse to stage.
Task<Finding> ini_change(const CheckContext& context) {
  Evidence evidence;
  std::string hint;
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (!bouncer.inspection) {
      evidence.unknown(within_context(bouncer.config.name, bouncer.inspection.error()));
    } else if (!bouncer.preview) {
      evidence.fail({}, bouncer.config.name + ": " + bouncer.preview.error().what);
      if (hint.empty()) hint = bouncer.preview.error().hint;
    }
  }
  co_return evidence.finding("every agent has shown what it would write",
                             hint.empty() ? "mend what the message names, then check again" : hint);
}

Task<Finding> ini_matches(const CheckContext& context) {
  return ask_processes(context,
                       [](const ProcessView& view, Evidence& evidence) {
                         if (!view.process.drift().empty())
                           evidence.fail({}, view.place + ": " + view.process.drift());
                       },
                       {"PgBouncer runs what its files say",
                        "RELOAD on that console, or bring the file to what runs: the cutover's "
                        "RELOAD would change this too"});
}

Task<Finding> ini_writable(const CheckContext& context) {
  return ask_processes(context,
                       [](const ProcessView& view, Evidence& evidence) {
                         if (!view.process.directory_error().empty())
                           evidence.fail({}, view.place + ": " + view.process.directory_error());
                       },
                       {"every ini can be replaced",
                        "give the directory of the ini to the agent's user, or move [databases] "
                        "into an included file in a directory it owns"});
}

/// An address, or the directory of a unix socket.
bool needs_no_lookup(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return host.empty() || host.front() == '/' || inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

Task<Finding> green_address(const CheckContext& context) {
  Evidence evidence;
  for (const DatabaseConfig& database : context.config.databases)
    for (const RouteConfig& route : database.routes)
      if (!needs_no_lookup(route.green.host)) evidence.warn("looked up by name", route.green.host);
  co_return evidence.finding("green's routes are addresses",
                             "the first login after the switch waits for DNS, and fails with it; "
                             "an IP address in [[database.route]] does not");
}

}  // namespace

std::vector<Check> entry_checks() {
  return {
      {"entries_claimed", "Every entry that points at blue moves, or stays on purpose.", true,
       entries_claimed},
      {"ini_change", "Every agent can write what the switch needs: it has shown the change.", true,
       ini_change},
      {"ini_matches", "What PgBouncer runs is what its files on disk say.", true, ini_matches},
      {"ini_writable", "The agent can replace every ini file that changes.", true, ini_writable},
      {"green_address", "Entries will name green by address, so that no lookup delays the switch.",
       false, green_address},
  };
}

}  // namespace cutover
