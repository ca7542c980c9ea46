// Writes the manual pages and completions of both programs: cutover_manuals DIRECTORY
#include <filesystem>
#include <fstream>
#include <iostream>

#include "agent/command_line.h"
#include "agent/option_catalogue.h"
#include "common/base/version.h"
#include "common/manual/completion.h"
#include "common/manual/manual_page.h"
#include "controller/commands/command_line_words.h"
#include "controller/config/option_catalogue.h"

namespace {

using namespace cutover;

const std::string version = std::string("cutover ") + program_version;

ProgramPage controller_page() {
  ProgramPage page{.words = command_line_words(), .version = version, .date = CUTOVER_RELEASE_DATE};
  page.description =
      "Moves live PostgreSQL traffic from one cluster (blue) to another (green) that follows it by "
      "logical replication, behind PgBouncer, so that applications see one short pause and nothing "
      "else.\n\nWithout COMMAND it is the cutover itself. Every command that changes something is "
      "a "
      "dry run unless --no-dry-run is given. Options go before or after the command.";
  page.sections = {
      {"Exit status",
       "  0  done, or all checks pass\n  1  refused, nothing changed\n"
       "  2  usage or configuration\n  3  aborted: clients on blue, nothing lost\n"
       "  4  in doubt: run cutover recover\n  5  switched, but a later step needs attention"},
      {"Environment",
       "CUTOVER_CONFIG names the configuration file. NO_COLOR turns colours off. Passwords come "
       "from "
       "libpq's own places: ~/.pgpass, service files, PGPASSWORD."},
      {"Files",
       "  $XDG_CONFIG_HOME/cutover/cutover.toml\n  /etc/cutover/cutover.toml\n"
       "  /var/lib/cutover    journal and reports"},
      {"See also", "cutover.toml(5), cutover-agent(1), /usr/share/doc/cutover/operations.md"}};
  return page;
}

ProgramPage agent_page() {
  ProgramPage page{
      .words = agent::command_line_words(), .version = version, .date = CUTOVER_RELEASE_DATE};
  page.description =
      "A small daemon beside PgBouncer. It drives the admin console of every PgBouncer process of "
      "its host, rewrites their configuration, holds a lease on every pause and exports metrics. "
      "It "
      "acts only on the word of a controller, and by itself only to end a pause whose lease ran "
      "out "
      "or to keep a promise to switch.\n\nIt runs as the user that owns PgBouncer, never as root.";
  page.sections = {
      {"Exit status",
       "  0  done; doctor: every point holds\n  1  failed; doctor: a point does not hold\n"
       "  2  usage or configuration"},
      {"Files",
       "  /etc/cutover/agent.toml\n  /run/cutover-agent/agent.sock\n"
       "  /var/lib/cutover-agent    lease, intent and staged files"},
      {"See also", "agent.toml(5), cutover(1), pgbouncer(1), systemctl(1)"}};
  return page;
}

ConfigPage controller_config_page() {
  return {
      "cutover.toml",
      "configuration of cutover",
      version,
      "A TOML file, read strictly: unknown keys, wrong types and impossible values are errors "
      "with file, line and hint before anything is contacted. No passwords belong in it. "
      "[[database]], [[database.route]], [[bouncer]] and [[checks.same_rows]] may be given more "
      "than once.",
      option_catalogue(),
      {{"See also", "cutover(1), /usr/share/doc/cutover/configuration.md"}},
      CUTOVER_RELEASE_DATE};
}

ConfigPage agent_config_page() {
  return {"agent.toml",
          "configuration of cutover-agent",
          version,
          "A TOML file, read strictly. [[pgbouncer]] is given once for every PgBouncer process of "
          "the host.",
          agent::option_catalogue(),
          {{"See also", "cutover-agent(1), /usr/share/doc/cutover-agent/agent.md"}},
          CUTOVER_RELEASE_DATE};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void write_completions(const std::filesystem::path& directory, const CommandWords& program) {
  write(directory / "bash" / program.word, to_bash_completion(program));
  write(directory / "zsh" / ("_" + program.word), to_zsh_completion(program));
  write(directory / "fish" / (program.word + ".fish"), to_fish_completion(program));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: cutover_manuals DIRECTORY\n";
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  write(directory / "cutover.1", to_manual(controller_page()));
  write(directory / "cutover-agent.1", to_manual(agent_page()));
  write(directory / "cutover.toml.5", to_manual(controller_config_page()));
  write(directory / "agent.toml.5", to_manual(agent_config_page()));
  write_completions(directory, controller_page().words);
  write_completions(directory, agent_page().words);
}
