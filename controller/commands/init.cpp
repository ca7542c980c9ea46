// `cutover init`: writes a commented cutover.toml from options, answers and what blue, green and
// the agents say.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <sstream>

#include "common/base/durable_file.h"
#include "common/postgres/connection.h"
#include "controller/commands/commands.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/config/config_text.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/link/entry_moves.h"
#include "controller/servers/server_session.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

Result<std::string> ask(const CommandLine& line, const std::string& option,
                        const std::string& question) {
  if (line.options.has(option)) return text_result(line.options.text(option));
  if (isatty(STDIN_FILENO) == 0)
    return Error{fmt::format("there is no terminal to ask: {}", question),
                 fmt::format("give {} VALUE", option)};
  const auto answer = answer_to(question);
  if (answer.empty()) return Error{"no answer to: " + question, "give " + option + " VALUE"};
  return text_result(answer);
}

Result<std::vector<std::string>> agents_of(const CommandLine& line) {
  auto agents = line.options.all("--agent");
  if (!agents.empty() || isatty(STDIN_FILENO) == 0) return agents;
  std::istringstream words(
      answer_to("Agents, as ssh://USER@HOST:22 or unix:///PATH, with blanks between:"));
  for (std::string word; words >> word;) agents.push_back(word);
  return agents;
}

std::string bouncer_name(const std::string& agent, std::size_t number) {
  const auto url = agent.substr(agent.find("://") == std::string::npos ? 0 : agent.find("://") + 3);
  if (!agent.starts_with("ssh://")) return fmt::format("bouncer-{}", number);
  const auto host = url.substr(url.find('@') == std::string::npos ? 0 : url.find('@') + 1);
  const auto name = host.substr(0, host.find(':'));
  return name.empty() || name.front() == '[' ? fmt::format("bouncer-{}", number) : name;
}

Result<InitFacts> facts_of(const CommandLine& line) {
  InitFacts facts;
  const auto blue = ask(line, "--blue", "Blue, as libpq conninfo (host=… port=… dbname=… user=…):");
  if (!blue) return blue.error();
  const auto green = ask(line, "--green", "Green, likewise:");
  if (!green) return green.error();
  const auto agents = agents_of(line);
  if (!agents) return agents.error();
  const auto dbname = postgres::parameter_of(*blue, "dbname");
  if (!dbname) return within_context("--blue", dbname.error());
  const auto readable = postgres::parameter_of(*green, "dbname");
  if (!readable) return within_context("--green", readable.error());
  facts.blue = postgres::without_password(*blue);
  facts.green = postgres::without_password(*green);
  facts.name = line.options.text("--name", dbname->value_or("app"));
  facts.state_dir = line.options.text("--state-dir", facts.state_dir);
  for (std::size_t i = 0; i < agents->size(); ++i) {
    InitBouncer bouncer;
    bouncer.name = bouncer_name((*agents)[i], i + 1);
    bouncer.agent = (*agents)[i];
    if (bouncer.agent.starts_with("ssh://")) bouncer.identity = line.options.text("--identity");
    facts.bouncers.push_back(std::move(bouncer));
  }
  return facts;
}

struct Question {
  std::string conninfo;
  std::string place;
  std::string sql;  ///< one text; no row: there is none
};

/// Keeps `fallback` where the server cannot be asked or has none.
Task<std::string> found_on(Question question, std::string fallback,
                           std::vector<std::string>& notes) {
  SessionOptions options;
  options.conninfo = question.conninfo;
  options.place = question.place;
  options.access = SessionAccess::read_only;
  ServerSession server(options);
  const auto rows = co_await server.query(question.sql);
  if (!rows) notes.push_back(rows.error().what);
  if (!rows || rows->empty()) co_return fallback;
  co_return rows->text(0, "found");
}

Task<InitFacts> ask_servers(InitFacts facts) {
  const Question publication{facts.blue, "blue",
                             "SELECT pubname AS found FROM pg_publication ORDER BY oid LIMIT 1"};
  facts.publication = co_await found_on(publication, facts.publication, facts.notes);
  const Question slot{facts.blue, "blue",
                      "SELECT slot_name AS found FROM pg_replication_slots WHERE slot_type = "
                      "'logical' AND plugin = 'pgoutput' AND database = current_database() "
                      "ORDER BY slot_name LIMIT 1"};
  facts.slot = co_await found_on(slot, facts.slot, facts.notes);
  const Question subscription{
      facts.green, "green",
      "SELECT subname AS found FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database "
      "WHERE datname = current_database()) ORDER BY oid LIMIT 1"};
  facts.subscription = co_await found_on(subscription, facts.subscription, facts.notes);
  co_return facts;
}

std::string route_of(const std::string& conninfo) {
  const auto host = postgres::parameter_of(conninfo, "host");
  const auto port = postgres::parameter_of(conninfo, "port");
  return fmt::format("host={} port={}", host ? host->value_or("") : "",
                     port ? port->value_or("5432") : "5432");
}

/// Entries of our database; where they hold another address than `blue` has from here, that is the
/// route.
void take_entries(InitFacts& facts, InitBouncer& bouncer, const proto::Inspection& inspection,
                  const std::string& dbname) {
  for (const auto& process : inspection.processes()) {
    if (!process.error().empty()) facts.notes.push_back(bouncer.name + ": " + process.error());
    for (const auto& entry : process.ini_entries()) {
      const auto port = entry.port().empty() ? std::string("5432") : entry.port();
      if (entry.dbname() != dbname || entry.entry() == "*") {
        bouncer.others.push_back(
            fmt::format("{} → {}:{}/{}", entry.entry(), entry.host(), port, entry.dbname()));
        continue;
      }
      bouncer.entries[entry.entry()] = facts.name;
      const auto route = fmt::format("host={} port={}", entry.host(), port);
      if (!facts.blue_route.empty() || route == route_of(facts.blue)) continue;
      facts.blue_route = route;
      facts.green_route = route_of(facts.green);
    }
  }
}

Task<InitFacts> ask_agents(asio::any_io_executor executor, InitFacts facts) {
  const auto config = parse_config(config_text(facts), "cutover.toml");
  if (!config) {
    facts.notes.push_back(config.error().what);
    co_return facts;
  }
  BouncerFleet fleet(executor, *config);
  co_await fleet.connect();
  const auto inspections = co_await fleet.inspect();
  const auto dbname = postgres::parameter_of(facts.blue, "dbname");
  for (std::size_t i = 0; i < inspections.size(); ++i) {
    const auto& inspection = inspections[i].answer;
    if (!inspection) {
      facts.notes.push_back(inspections[i].bouncer + ": " + inspection.error().what);
      continue;
    }
    auto bouncer = facts.bouncers[i];
    take_entries(facts, bouncer, *inspection, dbname && *dbname ? **dbname : facts.name);
    facts.bouncers[i] = std::move(bouncer);
  }
  co_return facts;
}

Task<InitFacts> discover(asio::any_io_executor executor, InitFacts facts) {
  auto known = co_await ask_servers(std::move(facts));
  if (known.bouncers.empty()) co_return known;
  auto complete = co_await ask_agents(executor, std::move(known));
  co_return complete;
}

Result<void> write_new(const std::string& path, const std::string& text) {
  if (std::filesystem::exists(path))
    return Error{path + " exists already", "name another with --output, or move it away"};
  return write_durably(path, text);
}

}  // namespace

CommandResult init_command(const CommandLine& line) {
  const auto label = label_of(line.command);
  auto given = facts_of(line);
  if (!given) return usage_error(label, given.error());
  const auto facts = run_task<InitFacts>(
      [&](asio::any_io_executor executor) { return discover(executor, std::move(*given)); });
  const auto text = config_text(facts);
  const auto path =
      line.options.text("--output", line.config_path.empty() ? "cutover.toml" : line.config_path);
  const Screen screen(line);
  CommandResult result;
  result.data = {{"path", path}, {"text", text}};
  const auto readable = parse_config(text, path);
  if (line.dry_run) {
    screen.print(text);
    screen.print(fmt::format("\n# --no-dry-run writes this to {}\n", path));
    return result;
  }
  const auto written = write_new(path, text);
  if (!written) return refusal(label, written.error());
  screen.print(fmt::format("written to {}: read it, then run `cutover doctor`\n", path));
  if (!readable) screen.print("it is not complete yet: " + readable.error().what + "\n");
  return result;
}

}  // namespace cutover
