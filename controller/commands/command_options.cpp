#include "controller/commands/command_options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

namespace cutover {
namespace {

/// Empty: it is one, at least 1.
std::string whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  const bool is_one = failure == std::errc() && stopped == end && number > 0;
  return is_one ? "" : text + " is no whole number from 1 on";
}

}  // namespace

const std::vector<OptionInfo>& command_option_table() {
  using enum OptionKind;
  static const std::vector<OptionInfo> table = {
      {"prepare", "--refuse-ddl", flag,
       "the guard refuses DDL on published tables instead of writing it down"},
      {"seed", "--lsn", value, "the position of the clone, given by hand"},
      {"seed", "--log", value,
       "a file with green's server log from its first start after the clone"},
      {"seed", "--copy", flag, "no clone: fill an empty green from a snapshot of blue"},
      {"seed", "--jobs", number, "with --copy: of pg_dump and of pg_restore each; default 2"},
      {"finish", "--lift-fence", flag,
       "let the side that no longer serves take writes again; default: it refuses them for good"},
      {"finish", "--watch", value,
       "look this long for writers on the side that no longer serves; default 30s"},
      {"analyze", "--jobs", number, "tables analyzed at the same time; default 2"},
      {"analyze", "--all", flag, "tables with fresh statistics too"},
      {"warm", "--size", value, "load at most this much; default green's shared_buffers"},
      {"warm", "--mode", value, "pg_prewarm's: buffer (default), read or prefetch"},
      {"status", "--disk-free", value,
       "free space on the disk of blue's WAL: says when it would be full"},
      {"sessions", "--side", value, "blue, green or both"},
      {"sessions", "--terminate-idle", flag,
       "end idle sessions (of blue, unless --side says more)"},
      {"sessions", "--idle-for", value, "idle for at least this long; default 5min"},
      {"sessions", "--in-transaction", flag, "those idle in a transaction too: their work is lost"},
      {"runbook", "words", several,
       "done ITEM | undo ITEM | set KEY VALUE; nothing: print the checklist"},
      {"runbook", "--note", value, "what to remember of a ticked item"},
      {"runbook", "--html", flag, "one HTML page instead of Markdown"},
      {"runbook", "--output", value, "write it to this file"},
      {"report", "words", several, "the run; default: the newest cutover, rollback or rehearsal"},
      {"report", "--html", flag, "one HTML page, with a time line, instead of Markdown"},
      {"report", "--output", value, "write it to this file; one named .svg gets the plot alone"},
      {"init", "--name", value, "name of the database in the configuration; default its dbname"},
      {"init", "--blue", value, "conninfo of the database on blue, from here"},
      {"init", "--green", value, "conninfo of the database on green, from here"},
      {"init", "--agent", several, "ssh:// or unix:// URL of an agent; may be repeated"},
      {"init", "--identity", value, "private key for the ssh agents"},
      {"init", "--state-dir", value, "journal and reports; default /var/lib/cutover"},
      {"init", "--output", value,
       "the file to write; default: that of --config, else cutover.toml"},
      {"verify", "--table", several,
       "only this one (\"table\" or \"schema.table\"); may be repeated"},
      {"verify", "--jobs", number, "comparisons at the same time; default 2"},
      {"verify", "--chunk-rows", number, "rows compared at once; default 10000"},
      {"verify", "--max-lag", value, "wait while green lags more than this; default 16MiB"},
      {"verify", "--show-data", flag, "show the rows that differ, not only their keys"},
      {"verify", "--restart", flag, "begin anew instead of going on where it was interrupted"},
  };
  return table;
}

std::string GivenOptions::text(const std::string& name, const std::string& otherwise) const {
  const auto found = given_.find(name);
  return found == given_.end() || found->second.empty() ? otherwise : found->second.back();
}

std::uint64_t GivenOptions::number(const std::string& name, std::uint64_t otherwise) const {
  return has(name) ? std::strtoull(text(name).c_str(), nullptr, 10) : otherwise;
}

std::vector<std::string> GivenOptions::all(const std::string& name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::vector<std::string>() : found->second;
}

void add_options_of(const std::string& command, CLI::App& app, GivenOptions& options) {
  for (const auto& info : command_option_table()) {
    if (info.command != command) continue;
    if (info.kind == OptionKind::flag) {
      app.add_flag_function(
          info.name, [&options, name = info.name](std::int64_t) { options.add(name, ""); },
          info.help);
      continue;
    }
    auto* added = app.add_option_function<std::vector<std::string>>(
        info.name,
        [&options, name = info.name](const std::vector<std::string>& values) {
          for (const auto& value : values) options.add(name, value);
        },
        info.help);
    if (info.kind == OptionKind::number) added->check(whole_number);
    if (info.name.starts_with("-")) {
      added->expected(1)->allow_extra_args(false);
      if (info.kind == OptionKind::several)
        added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
}

}  // namespace cutover
