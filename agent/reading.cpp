// See reading.h.
#include "agent/reading.h"

#include <array>
#include <span>

#include "agent/conffile.h"
#include "agent/drift.h"
#include "agent/ini/config_files.h"
#include "agent/utf8.h"
#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

using RowList = google::protobuf::RepeatedPtrField<proto::Row>;
using Columns = std::span<const char* const>;

/// What somebody asks for of a view: with thousands of rows the rest would not fit into a frame.
constexpr std::array columns_of_databases = {"name",
                                             "host",
                                             "port",
                                             "database",
                                             "pool_mode",
                                             "paused",
                                             "disabled",
                                             "pool_size",
                                             "min_pool_size",
                                             "reserve_pool",
                                             "reserve_pool_size",
                                             "max_connections",
                                             "current_connections"};
constexpr std::array columns_of_pools = {"database",   "user",      "pool_mode", "cl_active",
                                         "cl_waiting", "sv_active", "sv_idle",   "sv_used",
                                         "maxwait",    "maxwait_us"};
constexpr std::array columns_of_servers = {"database", "user", "replication", "remote_pid"};
constexpr std::array columns_of_clients = {"database", "user", "replication"};

void put_rows(const std::vector<ConsoleRow>& rows, Columns columns, RowList* list) {
  for (const ConsoleRow& row : rows) {
    auto& kept = *list->Add()->mutable_columns();
    for (const char* const column : columns)
      if (const auto found = row.find(column); found != row.end())
        kept[column] = valid_utf8(found->second);
  }
}

bool replicates(const ConsoleRow& client) {
  const std::string kind = text_of(client, "replication");
  return !kind.empty() && kind != "none";
}

/// The rows of one view; the first failure is kept in `error`.
Task<std::vector<ConsoleRow>> show(Console& console, std::string view, std::string& error) {
  const std::string command = "SHOW " + view;
  auto answer = co_await console.ask(command);
  if (answer.has_value()) co_return std::move(answer.value().rows);
  if (error.empty()) error = command + ": " + answer.error().what;
  co_return std::vector<ConsoleRow>();
}

void put_ini(const ini::ConfigFiles& files, proto::ProcessInspection* inspection) {
  for (const ini::Entry& entry : ini::effective_entries(files)) {
    proto::IniEntry* const line = inspection->add_ini_entries();
    line->set_entry(entry.name);
    line->set_host(entry.host);
    line->set_port(entry.port);
    line->set_dbname(entry.dbname);
    line->set_file(files.files.at(entry.place.file).path);
    line->set_line(static_cast<std::uint32_t>(entry.place.line));
  }
}

std::string setting_of(const proto::ProcessInspection& inspection, const char* name) {
  const auto found = inspection.config().find(name);
  return found == inspection.config().end() ? std::string() : found->second;
}

void inspect_files(Bouncer& bouncer, const std::vector<ConsoleRow>& databases,
                   proto::ProcessInspection* inspection) {
  const auto process = find_process(bouncer.config().admin, setting_of(*inspection, "pidfile"));
  const std::string directory = process ? process->working_directory : "";
  const auto files = ini::load_config(bouncer.config().ini, directory, read_file);
  const auto problem = ini::directory_problem(bouncer.config().ini);
  if (problem)
    inspection->set_directory_error(problem->what +
                                    (problem->hint.empty() ? "" : " (" + problem->hint + ")"));
  if (files.has_error()) {
    if (inspection->error().empty()) inspection->set_error(files.error().what);
    return;
  }
  put_ini(files.value(), inspection);
  inspection->set_drift(
      why_not_read(bouncer.config().ini, setting_of(*inspection, "conffile"), directory));
  if (!databases.empty() && inspection->drift().empty())
    inspection->set_drift(drift_between(ini::effective_entries(files.value()), databases));
}

void add_files(const ini::SwitchPlan& plan, proto::Preview* preview) {
  if (plan.is_empty()) return;
  proto::FilePreview* const file = preview->add_files();
  file->set_path(plan.link ? plan.link->path : plan.ini_path);
  file->set_diff(ini::diff_of(plan));
  if (plan.link) file->set_link_target(plan.link->new_target);
}

}  // namespace

Moves moves_from(const google::protobuf::RepeatedPtrField<proto::EntryMove>& moves) {
  Moves all;
  for (const proto::EntryMove& move : moves)
    all.push_back(
        {move.entry(), {move.from_host(), move.from_port()}, {move.to_host(), move.to_port()}});
  return all;
}

Task<proto::ProcessInspection> inspect(Bouncer& bouncer) {
  proto::ProcessInspection inspection;
  Console& console = bouncer.console();
  std::string error;
  inspection.set_pgbouncer(bouncer.name());
  inspection.set_ini_path(bouncer.config().ini);
  const auto config = co_await show(console, "CONFIG", error);
  inspection.set_version(console.version());
  const auto databases = co_await show(console, "DATABASES", error);
  const auto pools = co_await show(console, "POOLS", error);
  const auto servers = co_await show(console, "SERVERS", error);
  auto clients = co_await show(console, "CLIENTS", error);
  std::erase_if(clients, [](const ConsoleRow& client) { return !replicates(client); });
  for (const ConsoleRow& row : config)
    (*inspection.mutable_config())[text_of(row, "key")] = valid_utf8(text_of(row, "value"));
  put_rows(databases, columns_of_databases, inspection.mutable_databases());
  put_rows(pools, columns_of_pools, inspection.mutable_pools());
  put_rows(servers, columns_of_servers, inspection.mutable_servers());
  put_rows(clients, columns_of_clients, inspection.mutable_clients());
  if (error.empty()) {
    const auto paused = co_await is_globally_paused(console);
    if (paused.has_error()) error = paused.error().what;
    if (paused.has_value()) inspection.set_globally_paused(paused.value());
    if (is_version_at_least(console.version(), 1, 23)) {
      const bool is_open = co_await console.takes_newcomers();
      inspection.set_shutting_down(!is_open);
    }
  }
  inspection.set_error(error);
  inspect_files(bouncer, databases, &inspection);
  co_return inspection;
}

Task<Result<proto::Preview>> preview(std::vector<Bouncer*> bouncers, Moves moves) {
  proto::Preview all;
  for (Bouncer* const bouncer : bouncers) {
    const auto own = co_await bouncer->check_moves(moves, false);
    if (own.has_error()) co_return own.error();
    if (own.value().empty()) continue;
    const auto plan = co_await bouncer->plan(own.value(), AlreadyThere::is_refused);
    if (plan.has_error()) co_return plan.error();
    add_files(plan.value(), &all);
  }
  co_return all;
}

}  // namespace cutover::agent
