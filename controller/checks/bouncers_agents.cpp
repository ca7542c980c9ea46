// Do the agents answer, do they reach their PgBouncers, which versions are these.
#include <fmt/format.h>

#include <set>

#include "common/pgbouncer/known_hazards.h"
#include "controller/checks/bouncer_questions.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

Task<Finding> agents_reachable(const CheckContext& context) {
  Evidence evidence;
  std::set<std::string> versions;
  if (context.bouncers->hosts.empty()) evidence.fail("no bouncer is configured");
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (!bouncer.inspection) {
      evidence.fail({}, bouncer.config.name + ": " + bouncer.inspection.error().what);
      continue;
    }
    versions.insert(bouncer.inspection->agent_version());
    if (bouncer.inspection->processes_size() == 0)
      evidence.fail("agent without a [[pgbouncer]]", bouncer.config.name);
  }
  if (versions.size() > 1)
    evidence.warn("agents of different versions", name_some({versions.begin(), versions.end()}));
  co_return evidence.finding(
      count_of(context.bouncers->hosts.size(), "agent answers", "agents answer"),
      "`cutover doctor` looks at ssh, host keys and sockets one by one");
}

Task<Finding> pgbouncers_answer(const CheckContext& context) {
  return ask_processes(context,
                       [](const ProcessView& view, Evidence& evidence) {
                         if (!view.process.error().empty())
                           evidence.fail({}, view.place + ": " + view.process.error());
                       },
                       {"every console answers",
                        "on that host: `cutover-agent doctor`; the agent runs as PgBouncer's user "
                        "and needs admin= in agent.toml"});
}

void judge_version(const ProcessView& view, Evidence& evidence) {
  const auto version = parse_version(view.process.version());
  if (!version) {
    evidence.unknown({view.place + ": PgBouncer's version is \"" + view.process.version() + "\""});
    return;
  }
  const std::string both = view.place + " " + view.process.version();
  if (*version < Version{1, 12})
    evidence.fail("older than 1.12", both);
  else
    evidence.note("found", both);
  const std::string tls = setting(view.process, "server_tls_sslmode");
  const bool has_tls = !tls.empty() && tls != "disable";
  for (const KnownHazard& hazard : known_hazards(view.process.version())) {
    if (hazard.of_server_tls && !has_tls) continue;
    if (hazard.guard.empty())
      evidence.warn(hazard.what, both);
    else
      evidence.note("known and guarded against", hazard.what + " (" + hazard.guard + ")");
  }
}

Task<Finding> pgbouncer_version(const CheckContext& context) {
  return ask_processes(
      context, judge_version,
      {{},
       "PgBouncer " + first_version_without_open_hazards() + " or newer has nothing to warn of"});
}

/// Since 1.21 PgBouncer prepares them again on a new server, when it may.
void judge_prepared(const ProcessView& view, Evidence& evidence) {
  const auto version = parse_version(view.process.version());
  if (!version) {
    evidence.unknown({view.place + ": its version is not known"});
  } else if (*version < Version{1, 21}) {
    evidence.warn("before 1.21 they do not survive a new server", view.place);
  } else if (number_in(setting(view.process, "max_prepared_statements")).value_or(0) == 0) {
    evidence.warn("max_prepared_statements = 0", view.place);
  }
}

Task<Finding> prepared_statements(const CheckContext& context) {
  return ask_processes(context, judge_prepared,
                       {"PgBouncer prepares them again on green",
                        "clients must not use protocol-level prepared statements through these "
                        "(prepareThreshold=0 in JDBC); or PgBouncer 1.21 with "
                        "max_prepared_statements > 0"});
}

}  // namespace

std::vector<Check> agent_checks() {
  return {
      {"agents_reachable", "Every agent answers, and speaks our version of the protocol.", true,
       agents_reachable},
      {"pgbouncers_answer", "Every agent reaches the console of every PgBouncer of its host.", true,
       pgbouncers_answer},
      {"pgbouncer_version", "PgBouncer is 1.12 or newer; hazards of its version.", true,
       pgbouncer_version},
      {"prepared_statements", "Protocol-level prepared statements survive the move.", false,
       prepared_statements},
  };
}

}  // namespace cutover
