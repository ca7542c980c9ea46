#include "controller/verify/verify_databases.h"

#include <algorithm>
#include <set>

#include "controller/verify/table_list.h"
#include "controller/verify/verify_session.h"

namespace cutover {
namespace {

/// Those of the tables asked for that blue publishes in this database.
Task<Result<std::set<std::string>>> asked_and_published(DatabaseConfig database,
                                                        VerifyOptions options) {
  ServerSession blue(blue_session(database, options.run_id));
  ServerSession green(green_session(database, options.run_id));
  const auto tables = co_await list_compared_tables(blue, green, database);
  if (!tables) co_return tables.error();
  std::set<std::string> found;
  for (const auto& name : options.tables)
    if (std::any_of(tables->begin(), tables->end(),
                    [&](const auto& table) { return table.is_called(name); }))
      found.insert(name);
  co_return found;
}

/// The databases that have some of the tables asked for; an error where one is in none.
Task<Result<std::vector<DatabaseConfig>>> databases_with_tables(
    std::vector<DatabaseConfig> databases, VerifyOptions options) {
  if (options.tables.empty()) co_return databases;
  std::vector<DatabaseConfig> with_tables;
  std::set<std::string> found;
  for (const auto& database : databases) {
    const auto here = co_await asked_and_published(database, options);
    if (!here) co_return here.error();
    if (here->empty()) continue;
    with_tables.push_back(database);
    found.insert(here->begin(), here->end());
  }
  for (const auto& name : options.tables)
    if (!found.contains(name))
      co_return Error{"blue publishes no table " + name,
                      "spell --table as in the catalogue; nothing was compared"};
  co_return with_tables;
}

}  // namespace

Task<VerifyReports> verify_databases(boost::asio::any_io_executor executor,
                                     std::vector<DatabaseConfig> databases, VerifyOptions options) {
  VerifyReports all;
  const auto wanted = co_await databases_with_tables(databases, options);
  if (!wanted) {
    all.error = wanted.error();
    co_return all;
  }
  for (const auto& database : databases)
    if (std::none_of(wanted->begin(), wanted->end(),
                     [&](const auto& one) { return one.name == database.name; }))
      all.left_out.push_back(database.name);
  for (const auto& database : *wanted) {
    auto report = co_await verify_database(executor, database, options);
    all.reports.push_back(std::move(report));
  }
  co_return all;
}

}  // namespace cutover
