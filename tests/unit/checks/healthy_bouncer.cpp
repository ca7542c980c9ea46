#include "tests/unit/checks/healthy_bouncer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <stdexcept>

namespace cutover {
namespace {

Task<void> keep(Task<Finding> asking, Finding& found) {
  found = co_await std::move(asking);
}

proto::Row row_of(const std::map<std::string, std::string>& columns) {
  proto::Row row;
  for (const auto& [name, value] : columns) set_column(row, name, value);
  return row;
}

void add_entry(proto::ProcessInspection& process, const std::string& name, const std::string& host,
               std::uint32_t line) {
  *process.add_databases() = row_of({{"name", name},
                                     {"host", host},
                                     {"port", "5432"},
                                     {"database", name},
                                     {"pool_size", "20"},
                                     {"min_pool_size", "0"},
                                     {"reserve_pool_size", "5"},
                                     {"max_connections", "0"},
                                     {"paused", "0"},
                                     {"disabled", "0"}});
  proto::IniEntry* entry = process.add_ini_entries();
  entry->set_entry(name);
  entry->set_host(host);
  entry->set_port("5432");
  entry->set_dbname(name);
  entry->set_file("/etc/pgbouncer/pgbouncer.ini");
  entry->set_line(line);
}

}  // namespace

void set_column(proto::Row& row, const std::string& name, const std::string& value) {
  (*row.mutable_columns())[name] = value;
}

void set_setting(proto::Inspection& inspection, const std::string& name, const std::string& value) {
  (*inspection.mutable_processes(0)->mutable_config())[name] = value;
}

Config one_bouncer_config() {
  Config config;
  DatabaseConfig database;
  database.name = "app";
  database.blue = "host=10.0.0.1 port=5432 dbname=app";
  database.green = "host=10.0.0.2 port=5432 dbname=app";
  database.subscriptions = {{"cutover", "cutover", "cutover"}};
  database.routes = {{{"10.0.0.1", "5432"}, {"10.0.0.2", "5432"}}};
  config.databases = {database};
  BouncerConfig bouncer;
  bouncer.name = "b1";
  config.bouncers = {bouncer};
  return config;
}

proto::Inspection healthy_inspection() {
  proto::Inspection inspection;
  inspection.set_agent_version("0.1.0");
  proto::ProcessInspection* process = inspection.add_processes();
  process->set_pgbouncer("main");
  process->set_version("1.25.2");
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"pool_mode", "transaction"},
                                          {"query_wait_timeout", "120"},
                                          {"query_timeout", "0"},
                                          {"client_login_timeout", "60"},
                                          {"server_login_retry", "0.5"},
                                          {"min_pool_size", "0"},
                                          {"max_prepared_statements", "200"},
                                          {"server_tls_sslmode", "disable"}})
    set_setting(inspection, name, value);
  add_entry(*process, "app", "10.0.0.1", 3);
  *process->add_pools() =
      row_of({{"database", "app"}, {"user", "app"}, {"pool_mode", "transaction"}});
  *process->add_servers() =
      row_of({{"database", "app"}, {"remote_pid", "4711"}, {"replication", "none"}});
  *process->add_clients() = row_of({{"database", "app"}, {"replication", "none"}});
  return inspection;
}

CheckContext context_of(const SpoiledFleet& fleet) {
  CheckContext context;
  context.config = fleet.config;
  for (const DatabaseConfig& database : fleet.config.databases)
    context.databases.push_back({database, ReadOnlyServer("blue", {"blue is away"}),
                                 ReadOnlyServer("green", {"no green"})});
  auto bouncers = std::make_shared<CheckedBouncers>();
  proto::Inspection inspection = fleet.inspection;
  const std::int64_t now = unix_clock_us();
  if (inspection.clock_unix_us() == 0)
    inspection.set_clock_unix_us(static_cast<std::uint64_t>(now));
  for (const BouncerConfig& bouncer : fleet.config.bouncers)
    bouncers->hosts.push_back({bouncer, inspection, fleet.preview, now, now});
  context.bouncers = std::move(bouncers);
  return context;
}

Finding ask_check(const std::string& name, const CheckContext& context) {
  for (const Check& check : check_catalogue()) {
    if (check.name != name) continue;
    boost::asio::io_context io;
    Finding found;
    std::exception_ptr failure = std::make_exception_ptr(std::runtime_error("it did not end"));
    boost::asio::co_spawn(io, keep(check.ask(context), found),
                          [&](std::exception_ptr thrown) { failure = thrown; });
    io.run_for(std::chrono::seconds(10));
    if (failure) std::rethrow_exception(failure);
    return found;
  }
  throw std::logic_error("there is no check " + name);
}

}  // namespace cutover
