// Where clients really end up: through the bouncers as they are on blue, and with their own
// credentials on green. The server that answers is known by its beacon.
#include <fmt/format.h>

#include "controller/checks/bouncer_questions.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// A reader shows no locks of its writer: it can only be told that it is a standby.
std::string who_answers_sql(const CheckedDatabase& database) {
  return fmt::format(
      "SELECT CASE WHEN server <> 'neither' THEN server"
      "            WHEN pg_catalog.pg_is_in_recovery() THEN 'a standby'"
      "            ELSE 'another server' END"
      "  FROM (SELECT ({}) AS server) seen",
      server_by_beacon_sql(database.blue, database.green));
}

struct Expectation {
  std::string colour;
  bool to_green;
};

void judge_answers(const CheckedBouncer& bouncer, const proto::ProbeResult& result,
                   const Expectation& expected, Evidence& evidence) {
  for (const proto::ProbeAnswer& answer : result.answers()) {
    const std::string name =
        fmt::format("{}/{} {} as {}", bouncer.config.name, answer.pgbouncer(), answer.entry(),
                    answer.user().empty() ? "its own user" : answer.user());
    if (!answer.error().empty())
      evidence.fail("no answer", fmt::format("{}: {}", name, answer.error()));
    else if (answer.answer() == expected.colour)
      evidence.note(expected.colour + " answers", name);
    else if (answer.answer() == "a standby")
      evidence.warn("a standby answers; whose is not known", name);
    else
      evidence.fail(answer.answer() + " answers", name);
  }
  if (result.answers().empty()) evidence.fail("nothing was tried", bouncer.config.name);
}

/// Where it is not known which entries move nothing was tried, and the error of that says more.
void judge_bouncer(const CheckContext& context, const CheckedBouncer& bouncer,
                   const Result<proto::ProbeResult>& result, const Expectation& expected,
                   Evidence& evidence) {
  const auto moved = moved_entries(context.config, bouncer);
  if (!moved)
    evidence.unknown(moved.error());
  else if (!result)
    evidence.unknown(within_context(bouncer.config.name, result.error()));
  else
    judge_answers(bouncer, *result, expected, evidence);
}

/// Without the beacon of the server that is expected no answer could be told from another.
void expect_beacon(const CheckContext& context, const Expectation& expected, Evidence& evidence) {
  if (context.databases.empty() || !context.bouncers->probe) {
    evidence.unknown({"there is nobody to ask"});
    return;
  }
  const CheckedDatabase& first = context.databases.front();
  const ReadOnlyServer& server = expected.to_green ? first.green : first.blue;
  if (!server.is_reachable()) evidence.unknown(server.why_not());
}

Task<Finding> ask_routes(const CheckContext& context, Expectation expected, Wording wording) {
  Evidence evidence;
  expect_beacon(context, expected, evidence);
  if (!evidence.is_clean()) co_return evidence.finding(wording.none, wording.hint);
  ProbeQuestion question;
  question.to_green = expected.to_green;
  question.sql = who_answers_sql(context.databases.front());
  const auto results = co_await context.bouncers->probe(std::move(question));
  for (std::size_t i = 0; i < context.bouncers->hosts.size(); ++i)
    judge_bouncer(context, context.bouncers->hosts[i], results.at(i), expected, evidence);
  co_return evidence.finding(wording.none, wording.hint);
}

Task<Finding> blue_answers(const CheckContext& context) {
  return ask_routes(context, {"blue", false},
                    {{},
                     "the entries' host and port lead elsewhere than blue= of the configuration: "
                     "compare SHOW DATABASES with it"});
}

Task<Finding> green_reachable(const CheckContext& context) {
  return ask_routes(context, {"green", true},
                    {{},
                     "look at green's pg_hba.conf and firewall for this bouncer's host, and at "
                     "the passwords of its auth_file on green (pg_dumpall --roles-only)"});
}

}  // namespace

std::vector<Check> route_checks() {
  return {
      {"blue_answers", "The server that answers through every bouncer is blue.", true,
       blue_answers},
      {"green_reachable",
       "Green lets every bouncer in, from its host and with its own credentials.", true,
       green_reachable},
  };
}

}  // namespace cutover
