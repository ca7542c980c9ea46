#include "controller/runbook/publications.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/runbook/blue_slots.h"
#include "controller/runbook/publication_tables.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/publication_sql.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr const char* anew_hint =
    "drop the slots and publications of cutover.toml that exist, on green the subscriptions, and "
    "prepare again; what green has got from there so far has to be made anew";

Task<Result<std::vector<std::string>>> missing_publications(ServerSession& blue,
                                                            DatabaseConfig database) {
  std::vector<std::string> missing;
  for (const auto& name : publications_of(database)) {
    const auto rows =
        co_await blue.query("SELECT FROM pg_publication WHERE pubname = " + quote_literal(name));
    if (!rows) co_return Error(rows.error());
    if (rows->empty()) missing.push_back(name);
  }
  co_return missing;
}

std::string create_sql(const std::string& publication, const std::vector<std::string>& tables) {
  std::string list;
  for (const auto& table : tables) list += (list.empty() ? " FOR TABLE " : ", ") + table;
  if (list.empty()) list = " FOR ALL TABLES";
  return patient_publication_sql("CREATE PUBLICATION " + quote_identifier(publication) + list);
}

Task<Result<bool>> may_publish_all(PhaseServers& servers) {
  const auto rows =
      co_await servers.blue.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
  if (!rows) co_return Error(rows.error());
  const bool superuser = !rows->empty() && rows->text(0, "rolsuper") == "t";
  const bool is_only_one = servers.database.subscriptions.size() == 1;
  co_return is_only_one ? superuser : false;
}

Task<Result<std::vector<SharedTable>>> tables_to_publish(PhaseServers& servers) {
  const auto opened = co_await servers.blue.open();
  if (opened) co_return *opened;
  const auto version = servers.blue.server_version();
  const auto rows = co_await servers.blue.query(publishable_tables_sql(version));
  if (!rows) co_return Error(rows.error());
  std::vector<SharedTable> tables;
  for (std::size_t i = 0; i < rows->size(); ++i)
    tables.push_back({quoted_name(rows->text(i, "nspname"), rows->text(i, "relname")),
                      number_of(rows->text(i, "writes")), number_of(rows->text(i, "bytes"))});
  co_return tables;
}

/// "" or what stands behind the shares.
Task<Result<std::string>> tables_left_out(ServerSession& blue) {
  const auto rows = co_await blue.query(tables_left_out_sql());
  if (!rows) co_return Error(rows.error());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, "name"));
  std::string text;
  if (!names.empty())
    text = "; left out, of extensions that belong to another role: " + named(names);
  co_return text_result(std::move(text));
}

/// A slot decodes with the catalogue as of where it stands: of a publication made later it sends
/// nothing, and its changes are lost to green.
Task<std::optional<Error>> slots_before_publications(ServerSession& blue, DatabaseConfig database,
                                                     std::vector<std::string> publications) {
  const auto missing = co_await missing_slots(blue, database);
  if (!missing) co_return missing.error();
  const auto slots = slots_of(database);
  if (missing->size() == slots.size()) co_return std::nullopt;
  std::vector<std::string> there;
  for (const auto& slot : slots)
    if (std::find(missing->begin(), missing->end(), slot) == missing->end()) there.push_back(slot);
  co_return Error{fmt::format("{}: slot {} exists and publication {} does not: a slot that is "
                              "older than its publication loses rows",
                              blue.place(), named(there), named(publications)),
                  anew_hint};
}

Task<Outcome> create_slot(PhaseServers& servers, std::string slot) {
  const auto made = co_await servers.blue.query(
      "SELECT * FROM pg_create_logical_replication_slot(" + quote_literal(slot) + ", 'pgoutput')");
  if (!made) co_return outcome_of_failure(made.error());
  servers.tell_value("blue create replication slot output",
                     "(" + slot + "," + made->text(0, "lsn") + ")");
  co_return done(slot + " from " + made->text(0, "lsn"));
}

}  // namespace

Task<Result<Standing>> look_at_publications(const PhaseSight& sight) {
  const auto missing = co_await missing_publications(sight.blue, sight.database);
  if (!missing) co_return missing.error();
  if (missing->empty()) co_return holds(named(publications_of(sight.database)));
  const auto too_old = co_await slots_before_publications(sight.blue, sight.database, *missing);
  if (too_old) co_return *too_old;
  co_return due(named(*missing));
}

/// One publication of a superuser is FOR ALL TABLES and carries what is created later too; else
/// tables are shared out, and each publication has its own marker. All of them or none: which
/// tables the others should have is not known later.
Task<Outcome> create_publications(PhaseServers& servers) {
  const auto missing = co_await missing_publications(servers.blue, servers.database);
  if (!missing) co_return in_doubt(missing.error());
  const auto all = co_await may_publish_all(servers);
  if (!all) co_return in_doubt(all.error());
  const auto names = publications_of(servers.database);
  if (*all) {
    const std::vector<std::string> every;
    const auto create_all = create_sql(names.front(), every);
    const auto made = co_await servers.blue.script(create_all);
    co_return made ? done("all tables") : outcome_of_failure(made.error());
  }
  if (missing->size() != names.size())
    co_return refused(
        fmt::format("{}: only {} of {} publications exist, and which tables each "
                    "should have is not known",
                    servers.blue.place(), names.size() - missing->size(), names.size()),
        anew_hint);
  const auto tables = co_await tables_to_publish(servers);
  if (!tables) co_return in_doubt(tables.error());
  const auto left_out = co_await tables_left_out(servers.blue);
  if (!left_out) co_return in_doubt(left_out.error());
  auto lists = spread(*tables, names.size());
  std::string sql;
  std::string shares;
  for (std::size_t i = 0; i < names.size(); ++i) {
    lists[i].push_back(marker_table(names[i]));
    sql += create_sql(names[i], lists[i]) + ";";
    shares += fmt::format("{}{}: {} tables", i == 0 ? "" : "; ", names[i], lists[i].size());
  }
  const auto made = co_await servers.blue.script(sql);
  if (!made) co_return outcome_of_failure(made.error());
  co_return done(shares + *left_out);
}

Task<Result<Standing>> look_at_slots(const PhaseSight& sight) {
  const auto missing = co_await missing_slots(sight.blue, sight.database);
  if (!missing) co_return missing.error();
  co_return missing->empty() ? holds(named(slots_of(sight.database))) : due(named(*missing));
}

Task<Outcome> create_slots(PhaseServers& servers) {
  const auto missing = co_await missing_slots(servers.blue, servers.database);
  if (!missing) co_return refused(missing.error());
  std::string made;
  for (const auto& slot : *missing) {
    const auto outcome = co_await create_slot(servers, slot);
    if (!outcome.is_done()) co_return outcome;
    made += (made.empty() ? "" : ", ") + outcome.detail;
  }
  co_return done(made);
}

}  // namespace cutover
