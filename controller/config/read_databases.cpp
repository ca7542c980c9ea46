// [[database]]: the databases of blue and green that move.
#include <fmt/format.h>

#include <algorithm>

#include "controller/config/conninfo_key.h"
#include "controller/config/sections.h"

namespace cutover {
namespace {

void refuse_other_dbname(const TomlTable& table, const char* key, const std::string& dbname,
                         const std::string& expected, const char* hint) {
  if (dbname == expected) return;
  table.problem_at(
      key, fmt::format("database.{} is database \"{}\", and blue is \"{}\"", key, dbname, expected),
      hint);
}

void check_sides(const TomlTable& table, const Given& blue, const Given& green) {
  refuse_other_dbname(table, "green", value_of(green, "dbname"), value_of(blue, "dbname"),
                      "the names must be equal: entries change their host and port only");
  if (!host_of(blue).empty() && host_of(blue) == host_of(green) && port_of(blue) == port_of(green))
    table.problem_at("green", "database.blue and database.green are the same server",
                     "give green's own host and port");
}

void check_replication(const TomlTable& table, const char* key, const std::string& conninfo,
                       const Given& blue) {
  if (!table.has(key)) return;
  const auto given = read_conninfo(table, key, conninfo);
  if (given)
    refuse_other_dbname(table, key, value_of(*given, "dbname"), value_of(blue, "dbname"),
                        "replication runs between the two databases of this name");
}

DatabaseConfig read_database(const TomlTable& table) {
  DatabaseConfig database;
  database.name = table.required_text("name");
  database.blue = table.required_text("blue");
  database.green = table.required_text("green");
  database.replicate_from = table.text("replicate_from", database.blue);
  database.replicate_back = table.text("replicate_back", database.green);
  const auto blue = read_conninfo(table, "blue", database.blue);
  const auto green = read_conninfo(table, "green", database.green);
  if (blue && green) check_sides(table, *blue, *green);
  check_replication(table, "replicate_from", database.replicate_from, blue.value_or(Given()));
  check_replication(table, "replicate_back", database.replicate_back, blue.value_or(Given()));
  database.subscriptions = read_subscriptions(table);
  database.routes = read_routes(table, blue ? database.blue : "", green ? database.green : "");
  return database;
}

bool share_a_slot(const DatabaseConfig& one, const DatabaseConfig& other) {
  return std::any_of(one.subscriptions.begin(), one.subscriptions.end(), [&](const auto& mine) {
    return std::any_of(other.subscriptions.begin(), other.subscriptions.end(),
                       [&](const auto& theirs) { return mine.slot == theirs.slot; });
  });
}

void check_against(const TomlTable& table, const DatabaseConfig& database,
                   const DatabaseConfig& earlier) {
  if (database.name.empty() || database.blue.empty()) return;
  if (database.name == earlier.name)
    table.problem_at("name", fmt::format("two databases are named \"{}\"", database.name),
                     "give each a name of its own");
  if (database.blue == earlier.blue)
    table.problem_at(
        "blue",
        fmt::format("\"{}\" and \"{}\" are the same database of blue", earlier.name, database.name),
        "name each database once");
  if (share_a_slot(database, earlier))
    table.problem_at(
        "slot",
        fmt::format("\"{}\" and \"{}\" use the same replication slot", earlier.name, database.name),
        "slots belong to the whole server: set slot to a name of its own");
}

}  // namespace

std::vector<DatabaseConfig> read_databases(const TomlTable& root) {
  std::vector<DatabaseConfig> databases;
  const auto tables = root.tables("database");
  for (const auto& table : tables) {
    auto database = read_database(table);
    for (const auto& earlier : databases) check_against(table, database, earlier);
    databases.push_back(std::move(database));
  }
  if (tables.empty() && !root.has("database"))
    root.problem("no [[database]]", "add one with name, blue and green");
  return databases;
}

}  // namespace cutover
