#include "controller/config/option_catalogue.h"

#include <fmt/format.h>

namespace cutover {
namespace {

struct Row {
  const char* name;
  const char* type;
  const char* default_value;
  const char* meaning;
};

constexpr Row rows[] = {
    {"run.state_dir", "text", R"("/var/lib/cutover")",
     "directory of the journal and the reports, created when missing"},

    {"database.name", "text", "required", "name of this database in entries, messages and metrics"},
    {"database.blue", "text", "required",
     "libpq conninfo of the database on blue, as this machine reaches it; with dbname, without "
     "password"},
    {"database.green", "text", "required", "the same on green; its dbname is blue's"},
    {"database.replicate_from", "text", "blue",
     "conninfo by which green's subscription reaches blue"},
    {"database.replicate_back", "text", "green",
     "conninfo by which blue's subscription of the way back reaches green"},
    {"database.publication", "text or list of texts", R"("cutover")",
     "publication on blue, at most 50 bytes; a list means parallel subscriptions"},
    {"database.slot", "text or list of texts", "publication",
     "replication slot on blue, one for each publication; unique on the whole server"},
    {"database.subscription", "text or list of texts", "publication",
     "subscription on green, one for each publication"},
    {"database.route.blue", "text", "host and port of blue",
     "host and port as entries of pgbouncer.ini hold them now; no port means 5432"},
    {"database.route.green", "text", "host and port of green",
     "host and port that these entries will hold"},

    {"bouncer.name", "text", "required", "name of this host in messages and metrics"},
    {"bouncer.agent", "text", "required",
     "`ssh://USER@HOST:PORT` (user and port may be left out), or `unix:///PATH` of an agent on "
     "this machine"},
    {"bouncer.identity", "text", R"("")",
     "file of the private ssh key, `~/` allowed; empty: the keys of the ssh agent"},
    {"bouncer.known_hosts", "text", R"("~/.ssh/known_hosts")",
     "file that the host key is checked against"},
    {"bouncer.transport", "choice", R"("libssh2")",
     "`libssh2`, or `openssh` to run the `ssh` program (RSA keys, certificates, ProxyJump)"},
    {"bouncer.command", "text", R"("cutover-agent connect")", "what is run over ssh"},
    {"bouncer.entries", "map of texts", "{}",
     "entry of pgbouncer.ini = name of a database; empty: every entry that holds a blue route"},
    {"bouncer.ignore_entries", "list of texts", "[]",
     "entries that hold a blue route and stay on purpose"},

    {"limits.lag_to_start", "size", R"("1MiB")",
     "a run starts when green is behind by at most this"},
    {"limits.quiet_transaction_age", "duration", R"("500ms")",
     "a moment is quiet while no transaction on blue is older"},
    {"limits.quiet_timeout", "duration", R"("60s")",
     "wait this long for a quiet moment, then the attempt has failed"},
    {"limits.drain_timeout", "duration", R"("2s")",
     "wait this long for running transactions to end after a pause; below lease"},
    {"limits.pause_budget", "duration", R"("5s")",
     "a pause that lasts longer is undone, and blue serves again, up to the first switch"},
    {"limits.attempts", "number", "10", "pauses that are tried before a run gives up, 1 to 1000"},
    {"limits.backoff", "duration", R"("1s")",
     "wait between two attempts; doubles each time, up to 30s"},
    {"limits.lease", "duration", R"("3s")",
     "a pause ends by itself after this long without word from the controller; from 500ms, below "
     "pause_budget"},

    {"way_back.enabled", "true or false", "true",
     "make reverse replication ready before the first write on green, so that `cutover rollback` "
     "loses nothing"},

    {"checks.waive", "list of texts", "[]",
     "names of checks whose failure is accepted; one that guards data cannot be waived"},
    {"checks.minimum_rows", "map of numbers", "{}",
     "table = number of rows that both sides must have at least"},
    {"checks.same_rows.table", "text", "required", "table whose rows are compared on both sides"},
    {"checks.same_rows.key", "text", "required", "column that identifies a row"},
    {"checks.same_rows.columns", "list of texts", "[]", "columns compared; none: all of them"},
    {"checks.same_rows.time_column", "text", R"("")",
     "column that limits the comparison to a window of time; empty: all rows"},
    {"checks.same_rows.since", "duration", "required with time_column",
     "begin of the window, counted back from now"},
    {"checks.same_rows.until", "duration", R"("0ms")", "end of the window, counted back from now"},

    {"metrics.listen", "text", R"("")",
     "`HOST:PORT` that serves /metrics while a command runs; empty: none"},
    {"metrics.textfile", "text", R"("")",
     "file for node_exporter's textfile collector, ending in .prom, written atomically; empty: "
     "none"},

    {"hooks.before_pause", "list of texts", "[]",
     "program and arguments run before a pause; a non-zero exit aborts"},
    {"hooks.after_decision", "list of texts", "[]",
     "run between seal and switch, with clients held; a non-zero exit undoes"},
    {"hooks.after_resume", "list of texts", "[]",
     "run when clients write on green; a non-zero exit warns"},
    {"hooks.on_abort", "list of texts", "[]",
     "run when clients are back on blue; a non-zero exit warns"},
};

}  // namespace

std::vector<OptionDoc> option_catalogue() {
  std::vector<OptionDoc> catalogue;
  for (const auto& row : rows)
    catalogue.push_back({row.name, row.type, row.default_value, row.meaning});
  return catalogue;
}

std::string option_table() {
  std::string table = "| key | type | default | meaning |\n|---|---|---|---|\n";
  for (const auto& row : rows)
    table += fmt::format("| `{}` | {} | {} | {} |\n", row.name, row.type, row.default_value,
                         row.meaning);
  return table;
}

}  // namespace cutover
