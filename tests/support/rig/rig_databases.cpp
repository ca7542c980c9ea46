#include "tests/support/rig/rig_databases.h"

#include "tests/support/conninfo_value.h"

namespace cutover::support {
namespace {

/// A value of PgBouncer's connection strings.
std::string ini_value(const std::string& value) {
  return conninfo_value(value) == value ? value : sql_literal(value);
}

void make_user(const PostgresServer& server, const RigOptions& options) {
  if (options.user == "postgres") return;
  server.sql("CREATE ROLE " + sql_identifier(options.user) + " SUPERUSER LOGIN PASSWORD " +
             sql_literal(options.password));
}

}  // namespace

const std::string& entry_of(const RigOptions& options, std::size_t database) {
  return options.entries.empty() ? options.databases.at(database) : options.entries.at(database);
}

PgbouncerOptions::Pairs entries_to(const RigOptions& options, const PostgresServer& server) {
  PgbouncerOptions::Pairs entries;
  for (std::size_t number = 0; number < options.databases.size(); ++number)
    entries.emplace_back(entry_of(options, number),
                         "host=127.0.0.1 port=" + std::to_string(server.port()) +
                             " dbname=" + ini_value(options.databases[number]));
  entries.insert(entries.end(), options.extra_entries.begin(), options.extra_entries.end());
  return entries;
}

void make_databases(const PostgresServer& server, const RigOptions& options) {
  make_user(server, options);
  for (const std::string& database : options.databases) {
    server.sql("CREATE DATABASE " + sql_identifier(database));
    create_load_schema(server.conninfo(database), options.schema);
  }
}

}  // namespace cutover::support
