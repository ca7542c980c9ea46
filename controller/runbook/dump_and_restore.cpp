#include "controller/runbook/dump_and_restore.h"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <fstream>

#include "common/async/within.h"
#include "common/postgres/conninfo.h"
#include "controller/runbook/interruption.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/restore_list.h"
#include "controller/runbook/scratch_directory.h"
#include "controller/runbook/tool_process.h"

namespace cutover {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds between_waits(100);
constexpr std::chrono::seconds between_lines(1);

struct Target {
  std::string conninfo;  ///< without password
  std::vector<std::pair<std::string, std::string>> environment;
};

/// A password is handed on in the environment, which other users cannot read.
Result<Target> target_of(const std::string& conninfo) {
  const auto given = postgres::given_parameters(conninfo);
  if (!given) return given.error();
  const auto password = postgres::password_of(conninfo);
  if (!password) return password.error();
  for (const auto& each : *given)
    if (each.first == "sslpassword")
      return Error{
          "sslpassword cannot be handed to pg_dump and pg_restore but on their command lines",
          "use a key without passphrase for `seed --copy`"};
  postgres::Settings kept;
  for (const auto& each : *given)
    if (each.first != "password") kept.push_back(each);
  kept.emplace_back("options", "-c statement_timeout=0 -c default_transaction_read_only=off");
  const auto text = postgres::with_parameters("", kept);
  if (!text) return text.error();
  Target target{*text, {}};
  if (*password) target.environment.emplace_back("PGPASSWORD", **password);
  return target;
}

std::uint64_t lines_with(const fs::path& log, const std::string& words) {
  std::ifstream file(log);
  std::string line;
  std::uint64_t count = 0;
  while (std::getline(file, line))
    if (line.find(words) != std::string::npos) ++count;
  return count;
}

/// What it complained of, else its last lines.
std::string complaint_in(const fs::path& log) {
  std::ifstream file(log);
  std::string line;
  std::string complaints;
  std::string last;
  while (std::getline(file, line)) {
    last = line;
    if (line.find("error:") == std::string::npos && line.find("ERROR:") == std::string::npos)
      continue;
    if (complaints.size() < 1000) complaints += (complaints.empty() ? "" : "; ") + line;
  }
  return complaints.empty() ? last : complaints;
}

struct ToolRun {
  ToolStart start;
  std::string doing;  ///< "dumping"
  std::string words;  ///< of a line that says a table is being done
  std::uint64_t tables = 0;
};

/// A program that is interrupted ends with its ToolProcess.
Task<Outcome> run_tool(const PhaseServers& servers, ToolRun run, const Interruption& interruption) {
  auto process = ToolProcess::start(run.start);
  if (!process) co_return refused(process.error());
  servers.tell_progress(fmt::format("{} {} tables", run.doing, run.tables));
  auto tell_at = std::chrono::steady_clock::now() + between_lines;
  std::optional<int> code;
  while (!code) {
    co_await sleep_for(between_waits);
    if (interruption.is_wanted())
      co_return refused("interrupted while " + run.doing,
                        "empty green again where rows were loaded, and seed again");
    code = process->exit_code();
    if (std::chrono::steady_clock::now() < tell_at) continue;
    tell_at += between_lines;
    const auto tables = lines_with(run.start.output, run.words);
    servers.tell_progress(fmt::format("{}: {} of {} tables", run.doing, tables, run.tables));
  }
  if (*code == 0) co_return done();
  co_return refused(fmt::format("{} ended with {}: {}", run.start.argv.front(), *code,
                                complaint_in(run.start.output)),
                    "put right what it says, empty green again, and seed again");
}

Task<Outcome> dump(PhaseServers& servers, CopyJob job, fs::path directory,
                   const Interruption& interruption) {
  const auto blue = target_of(servers.database.blue);
  if (!blue) co_return refused(blue.error());
  const auto jobs = std::to_string(servers.options.wishes.seed.jobs);
  ToolRun run;
  run.start.argv = {job.programs.path_of("pg_dump"),
                    "--format=directory",
                    "--verbose",
                    "--jobs=" + jobs,
                    "--snapshot=" + job.snapshot,
                    "--no-publications",
                    "--no-subscriptions",
                    "--file=" + (directory / "dump").string(),
                    "--dbname=" + blue->conninfo};
  if (job.scope == CopyScope::rows_only) run.start.argv.emplace_back("--data-only");
  run.start.environment = blue->environment;
  run.start.output = directory / "pg_dump.log";
  run.doing = "dumping";
  run.words = "dumping contents of table";
  run.tables = job.tables;
  const auto outcome = co_await run_tool(servers, std::move(run), interruption);
  co_return outcome;
}

/// Writes the file that --use-list is to read.
Task<Outcome> list_what_may_be_restored(const PhaseServers& servers, CopyJob job,
                                        fs::path directory, const Interruption& interruption) {
  ToolRun run;
  run.start.argv = {job.programs.path_of("pg_restore"), "--list", (directory / "dump").string()};
  run.start.output = directory / "contents";
  run.doing = "listing";
  run.words = " TABLE DATA ";
  run.tables = job.tables;
  const auto outcome = co_await run_tool(servers, run, interruption);
  if (!outcome.is_done()) co_return outcome;
  std::ifstream contents(run.start.output);
  const std::string list{std::istreambuf_iterator<char>(contents), {}};
  std::ofstream file(directory / "list");
  file << without_superusers_items(list) << std::flush;
  co_return file ? done() : refused((directory / "list").string() + " cannot be written");
}

std::vector<std::string> restore_options(const CopyJob& job, const fs::path& directory) {
  if (job.scope == CopyScope::everything)
    return job.loader == Loader::superuser
               ? std::vector<std::string>()
               : std::vector<std::string>{"--use-list=" + (directory / "list").string()};
  if (job.loader == Loader::ordinary_role) return {"--data-only"};
  return {"--data-only", "--disable-triggers"};
}

Task<Outcome> restore(PhaseServers& servers, CopyJob job, fs::path directory,
                      const Interruption& interruption) {
  if (job.loader == Loader::ordinary_role) {
    const auto listed = co_await list_what_may_be_restored(servers, job, directory, interruption);
    if (!listed.is_done()) co_return listed;
  }
  const auto green = target_of(servers.database.green);
  if (!green) co_return refused(green.error());
  const auto jobs = std::to_string(servers.options.wishes.seed.jobs);
  ToolRun run;
  run.start.argv = {job.programs.path_of("pg_restore"), "--verbose", "--exit-on-error",
                    "--jobs=" + jobs, "--dbname=" + green->conninfo};
  for (auto& option : restore_options(job, directory)) run.start.argv.push_back(std::move(option));
  run.start.argv.push_back((directory / "dump").string());
  run.start.environment = green->environment;
  run.start.output = directory / "pg_restore.log";
  run.doing = "loading";
  run.words = "processing data for table";
  run.tables = job.tables;
  const auto outcome = co_await run_tool(servers, std::move(run), interruption);
  co_return outcome;
}

}  // namespace

Task<Outcome> dump_and_restore(PhaseServers& servers, CopyJob job) {
  ScratchDirectory files(servers.options.directory, "cutover-dump");
  const auto made = files.make();
  if (!made) co_return refused(made.error());
  const auto directory = files.path();
  const auto executor = co_await boost::asio::this_coro::executor;
  const Interruption interruption(executor);
  auto outcome = co_await dump(servers, job, directory, interruption);
  if (outcome.is_done()) outcome = co_await restore(servers, job, directory, interruption);
  co_return outcome;
}

}  // namespace cutover
