#include "controller/runbook/extensions.h"

#include <fmt/format.h>

#include <set>

#include "controller/runbook/replication_names.h"

namespace cutover {
namespace {

constexpr const char* installed_sql = "SELECT extname, extversion FROM pg_extension ORDER BY 1";

constexpr const char* outdated_sql = R"(
SELECT e.extname, e.extversion, a.default_version
FROM pg_extension AS e JOIN pg_available_extensions AS a ON a.name = e.extname
WHERE a.default_version <> e.extversion ORDER BY 1)";

std::string change(const postgres::Rows& rows, std::size_t row) {
  return fmt::format("{} {} → {}", rows.text(row, "extname"), rows.text(row, "extversion"),
                     rows.text(row, "default_version"));
}

std::vector<std::string> changes(const postgres::Rows& rows) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < rows.size(); ++i) all.push_back(change(rows, i));
  return all;
}

}  // namespace

Task<Outcome> look_at_missing_extensions(const PhaseSight& sight) {
  const auto wanted = co_await sight.blue.query(installed_sql);
  if (!wanted) co_return outcome_of_failure(wanted.error());
  const auto there = co_await sight.green.query(installed_sql);
  if (!there) co_return outcome_of_failure(there.error());
  std::set<std::string> on_green;
  std::vector<std::string> report;
  for (std::size_t i = 0; i < there->size(); ++i) {
    on_green.insert(there->text(i, "extname"));
    report.push_back(there->text(i, "extname") + " " + there->text(i, "extversion"));
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < wanted->size(); ++i)
    if (!on_green.contains(wanted->text(i, "extname")))
      missing.push_back(wanted->text(i, "extname"));
  if (missing.empty()) co_return done(named(report));
  co_return refused(fmt::format("{}: blue has extensions that are missing here: {}",
                                sight.green.place(), named(missing)),
                    "CREATE EXTENSION them on green, or drop them on blue if nothing uses them");
}

Task<Result<Standing>> look_at_extensions(const PhaseSight& sight) {
  const auto rows = co_await sight.green.query(outdated_sql);
  if (!rows) co_return Error(rows.error());
  co_return rows->empty() ? holds("all as new as this server's") : due(named(changes(*rows)));
}

Task<Outcome> update_extensions(PhaseServers& servers) {
  const auto rows = co_await servers.green.query(outdated_sql);
  if (!rows) co_return outcome_of_failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto updated = co_await servers.green.query(
        "ALTER EXTENSION " + postgres::quote_identifier(rows->text(i, "extname")) + " UPDATE");
    if (!updated)
      co_return outcome_of_failure(updated.error(),
                                   "update it by hand as its documentation says, then go on");
  }
  const auto what = named(changes(*rows));
  servers.tell_value("extensions upgraded", what);
  co_return done(what);
}

}  // namespace cutover
