// `cutover psql`: becomes psql, led by the configuration. Passwords stay where libpq finds them.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "controller/commands/commands.h"
#include "controller/commands/psql_target.h"
#include "controller/commands/run_task.h"
#include "controller/link/bouncer_fleet.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using ConsoleSettings = Result<std::map<std::string, std::string>>;

/// SHOW CONFIG of the first PgBouncer process of the one bouncer in `only`.
Task<ConsoleSettings> ask_settings(asio::any_io_executor executor, Config only) {
  BouncerFleet fleet(executor, only);
  const auto connected = co_await fleet.connect();
  if (!connected.front().outcome.is_done())
    co_return Error{connected.front().outcome.detail, connected.front().outcome.hint};
  const auto answers = co_await fleet.inspect();
  const auto& answer = answers.front().answer;
  if (!answer) co_return answer.error();
  if (answer->processes().empty())
    co_return Error{"its agent knows no PgBouncer", "see agent.toml"};
  const auto& settings = answer->processes(0).config();
  co_return std::map<std::string, std::string>(settings.begin(), settings.end());
}

Result<std::string> conninfo_of(const Config& config, const PsqlTarget& target) {
  if (is_server(target)) return server_conninfo(config, target);
  const auto bouncer = bouncer_of(config, target);
  if (!bouncer) return bouncer.error();
  Config only = config;
  only.bouncers = {*bouncer};
  const auto settings = run_task<ConsoleSettings>(
      [&](asio::any_io_executor executor) { return ask_settings(executor, only); });
  if (!settings) return settings.error();
  return bouncer_conninfo(config, *bouncer, target, *settings);
}

/// Comes back only with what went wrong.
Error become_psql(const std::string& conninfo, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"psql", "--dbname=" + conninfo};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp("psql", argv.data());
  return Error{fmt::format("cannot run psql: {}", std::strerror(errno)),
               "apt-get install postgresql-client"};
}

}  // namespace

CommandResult psql_command(const CommandLine& line, const Config& config) {
  const auto target = psql_target(line.psql_place, line.psql_arguments);
  const auto known = expect_place(config, target);
  if (!known) return usage_error("psql", known.error());
  const auto conninfo = conninfo_of(config, target);
  if (!conninfo) return refusal("psql", conninfo.error());
  return refusal("psql", become_psql(*conninfo, line.psql_arguments));
}

}  // namespace cutover
