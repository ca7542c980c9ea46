// See moved_entries.h.
#include "agent/moved_entries.h"

#include <arpa/inet.h>

#include <algorithm>

namespace cutover::agent {
namespace {

constexpr const char* console_name = "pgbouncer";
constexpr const char* fallback = "*";
/// Of PgBouncer's console, for an argument with its quotes; longer ones are "bad arguments".
constexpr std::size_t longest_argument = 63;

std::string port_or_default(const std::string& port) {
  return port.empty() ? "5432" : port;
}

/// The bytes of an address, however it is written; "" when it is none.
std::string address_bytes(const std::string& host) {
  char buffer[sizeof(in6_addr)];
  if (inet_pton(AF_INET, host.c_str(), buffer) == 1) return {buffer, sizeof(in_addr)};
  if (inet_pton(AF_INET6, host.c_str(), buffer) == 1) return {buffer, sizeof(in6_addr)};
  return {};
}

bool is_socket_directory(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

/// What the console takes without quotes; it folds no case.
bool is_word(const std::string& name) {
  return std::ranges::all_of(name, [](const char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

MovedEntries::MovedEntries(const Moves& moves, const std::vector<ConsoleRow>& databases)
    : without_moves_(moves.empty()) {
  for (const Move& move : moves) {
    names_.insert(move.entry);
    if (move.entry == fallback) fallback_ = move;
  }
  for (const ConsoleRow& row : databases) {
    if (text_of(row, "name") == console_name) continue;
    if (takes(row))
      rows_.push_back(row);
    else
      staying_.insert(text_of(row, "name"));
  }
}

bool MovedEntries::takes(const ConsoleRow& row) const {
  if (without_moves_ || names_.contains(text_of(row, "name"))) return true;
  return fallback_ &&
         (database_has_route(row, fallback_->from) || database_has_route(row, fallback_->to));
}

bool MovedEntries::contains(const std::string& database) const {
  if (database == console_name || staying_.contains(database)) return false;
  return are_everything() || include_fallback() || names_.contains(database);
}

PoolCounts count_pools(const std::vector<ConsoleRow>& pools, const MovedEntries& entries) {
  PoolCounts counts;
  for (const ConsoleRow& row : pools) {
    if (!entries.contains(text_of(row, "database"))) continue;
    std::uint32_t open = 0;
    for (const auto& [column, value] : row)
      if (column.starts_with("sv_")) open += number_of(row, column);
    const std::uint32_t logging_in = number_of(row, "sv_login");
    const std::uint32_t waiting = number_of(row, "cl_waiting");
    counts.servers_open += open;
    counts.servers_logging_in += logging_in;
    counts.clients_waiting += waiting;
    if (waiting > 0 && open == logging_in) ++counts.pools_unserved;
    if (waiting > 0 && open == 0) ++counts.pools_stuck;
  }
  return counts;
}

bool database_has_route(const ConsoleRow& database, const Route& route) {
  return text_of(database, "host") == route.host &&
         port_or_default(text_of(database, "port")) == port_or_default(route.port);
}

const Move* move_of(const Moves& moves, const std::string& database) {
  const Move* found = nullptr;
  for (const Move& move : moves) {
    if (move.entry == database) return &move;
    if (move.entry == fallback) found = &move;
  }
  return found;
}

bool all_have_new_route(const Moves& moves, const MovedEntries& entries) {
  for (const ConsoleRow& row : entries.rows()) {
    const Move* const move = move_of(moves, text_of(row, "name"));
    if (move == nullptr || !database_has_route(row, move->to)) return false;
  }
  return true;
}

bool leads_elsewhere(const ConsoleRow& server, const Route& route) {
  if (port_or_default(text_of(server, "port")) != port_or_default(route.port)) return true;
  const std::string address = text_of(server, "addr");
  if (is_socket_directory(route.host)) return address != "unix";
  const std::string expected = address_bytes(route.host);
  return expected.empty() ? address == "unix" : address_bytes(address) != expected;
}

std::string quoted_entry(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  quoted += "\"";
  return quoted.size() > longest_argument && is_word(name) ? name : quoted;
}

bool console_can_name(const std::string& entry) {
  return quoted_entry(entry).size() <= longest_argument;
}

}  // namespace cutover::agent
