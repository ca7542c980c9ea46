// Can every process be paused, and does it serve now.
#include <fmt/format.h>

#include "controller/checks/bouncer_questions.h"
#include "controller/checks/check_list.h"
#include "controller/checks/names.h"

namespace cutover {
namespace {

/// SHOW POOLS gives the mode in force, users' own modes included, but only for pools that exist;
/// SHOW DATABASES gives the entry's own, or nothing.
void judge_pool_mode(const ProcessView& view, Evidence& evidence) {
  const std::string general = setting(view.process, "pool_mode");
  for (const proto::Row& database : rows_of(view.process, view.moved)) {
    const std::string own = column(database, "pool_mode");
    const std::string mode = own.empty() ? general : own;
    const std::string name = fmt::format("{} {}", view.place, column(database, "name"));
    if (mode == "session")
      evidence.fail("session pooling", name);
    else if (mode.empty())
      evidence.unknown({name + ": its pool mode is not known"});
    else
      evidence.note(mode, name);
  }
  for (const proto::Row& pool : view.process.pools())
    if (contains(view.moved, column(pool, "database")) && column(pool, "pool_mode") == "session")
      evidence.fail("session pooling", fmt::format("{} {} of user {}", view.place,
                                                   column(pool, "database"), column(pool, "user")));
}

Task<Finding> pool_mode(const CheckContext& context) {
  return ask_moving_processes(context, judge_pool_mode,
                              {{},
                               "a session pool drains only when its clients leave: pool_mode = "
                               "transaction for these entries and users"});
}

/// Since 1.23 there is a column; before, replication through PgBouncer was refused.
void judge_replication(const ProcessView& view, Evidence& evidence) {
  for (const auto* rows : {&view.process.clients(), &view.process.servers()})
    for (const proto::Row& row : *rows) {
      const std::string kind = column(row, "replication");
      if (kind.empty() || kind == "none" || !contains(view.moved, column(row, "database")))
        continue;
      evidence.fail("never drains", fmt::format("{} {} of user {}", view.place,
                                                column(row, "database"), column(row, "user")));
    }
}

Task<Finding> replication_clients(const CheckContext& context) {
  return ask_moving_processes(context, judge_replication,
                              {"none", "let replication clients connect to the server itself"});
}

void judge_serving(const ProcessView& view, Evidence& evidence) {
  if (view.process.globally_paused()) evidence.fail("paused", view.place);
  if (view.process.shutting_down()) evidence.fail("shutting down", view.place);
  for (const proto::Row& database : view.process.databases()) {
    const std::string entry = column(database, "name");
    const auto outcome = contains(view.moved, entry) ? CheckOutcome::fail : CheckOutcome::warn;
    for (const char* flag : {"paused", "disabled"})
      if (column(database, flag) == "1")
        evidence.add(outcome, std::string("entry ") + flag, view.place + " " + entry);
  }
}

Task<Finding> nothing_paused(const CheckContext& context) {
  return ask_moving_processes(context, judge_serving,
                              {"every entry is served",
                               "`cutover status` says whether a run left it; else RESUME or ENABLE "
                               "on that console, and restart what is shutting down"});
}

/// PAUSE of single entries goes on filling pools up to min_pool_size and cuts the logins short;
/// where every entry moves, the global PAUSE does not. min_pool_size of an entry came with 1.16.
void judge_min_pool_size(const ProcessView& view, Evidence& evidence) {
  const std::string general = setting(view.process, "min_pool_size");
  const bool all_move = std::all_of(
      view.process.databases().begin(), view.process.databases().end(), [&](const proto::Row& row) {
        return column(row, "name") == "pgbouncer" || contains(view.moved, column(row, "name"));
      });
  if (all_move) return;
  for (const proto::Row& database : rows_of(view.process, view.moved)) {
    const std::string own = column(database, "min_pool_size");
    const std::string size = own.empty() ? general : own;
    const std::string name = fmt::format("{} {}", view.place, column(database, "name"));
    if (!number_in(size))
      evidence.unknown({fmt::format("{}: its min_pool_size is \"{}\"", name, size)});
    else if (number_in(size).value_or(0) > 0)
      evidence.fail("not 0, while other entries of the process stay",
                    fmt::format("{} ({})", name, size));
  }
}

Task<Finding> min_pool_size(const CheckContext& context) {
  return ask_moving_processes(context, judge_min_pool_size,
                              {"no obstacle",
                               "min_pool_size = 0 for the entries that move, or after RESUME "
                               "nobody connects for server_login_retry"});
}

}  // namespace

std::vector<Check> pooling_checks() {
  return {
      {"pool_mode", "The entries that move pool by transaction or statement.", false, pool_mode},
      {"replication_clients", "No replication client uses an entry that moves.", false,
       replication_clients},
      {"nothing_paused", "No process is paused or shutting down, no entry paused or disabled.",
       true, nothing_paused},
      {"min_pool_size", "min_pool_size is 0 where entries are paused one by one.", false,
       min_pool_size},
  };
}

}  // namespace cutover
