// See still_in_use.h.
#include "agent/still_in_use.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/utf8.h"
#include "common/async/within.h"

namespace cutover::agent {
namespace {

/// Clients wait meanwhile: before the RESUME those of this process, after it those of processes
/// that did drain, here and on other hosts.
constexpr std::chrono::milliseconds longest_look{100};
constexpr std::size_t most_named = 5;

/// Nothing where it is not answered at once, with a connection that has to be made for it.
Task<std::vector<ConsoleRow>> rows_of(Console& console, std::string command) {
  std::vector<ConsoleRow> rows;
  auto asking = console.ask(std::move(command));
  auto answer = co_await within(longest_look, std::move(asking));
  if (answer && answer->has_value()) rows = std::move(answer->value().rows);
  co_return rows;
}

/// A PAUSE closes idle ones, and those in login, by itself.
bool is_in_use(const ConsoleRow& server) {
  constexpr std::array<std::string_view, 4> states = {"active", "tested", "active_cancel",
                                                      "being_canceled"};
  return std::ranges::find(states, text_of(server, "state")) != states.end();
}

/// The two name each other, by addresses that another may have after one of them has gone.
bool are_linked(const ConsoleRow& server, const ConsoleRow& client) {
  return !text_of(server, "link").empty() && text_of(server, "link") == text_of(client, "ptr") &&
         text_of(client, "link") == text_of(server, "ptr");
}

std::string client_of(const ConsoleRow& server, const std::vector<ConsoleRow>& clients) {
  const auto client =
      std::ranges::find_if(clients, [&](const ConsoleRow& row) { return are_linked(server, row); });
  if (client == clients.end()) return "client unknown";
  const std::string program = text_of(*client, "application_name");
  return "client " + text_of(*client, "addr") + ":" + text_of(*client, "port") +
         (program.empty() ? "" : " " + program);
}

}  // namespace

Task<std::vector<ConsoleRow>> servers_in_use(Console& console, Moves moves) {
  auto servers = co_await rows_of(console, "SHOW SERVERS");
  std::erase_if(servers, [&](const ConsoleRow& row) {
    const std::string entry = text_of(row, "database");
    return entry == "pgbouncer" || move_of(moves, entry) == nullptr || !is_in_use(row);
  });
  co_return servers;
}

Task<std::string> who_uses(Console& console, std::vector<ConsoleRow> servers) {
  std::string text;
  if (servers.empty()) co_return text;
  const auto clients = co_await rows_of(console, "SHOW CLIENTS");
  for (std::size_t i = 0; i < servers.size() && i < most_named; ++i)
    text += (i == 0 ? "backend " : ", backend ") + text_of(servers[i], "remote_pid") + " (entry " +
            text_of(servers[i], "database") + ", user " + text_of(servers[i], "user") + ", " +
            client_of(servers[i], clients) + ")";
  if (servers.size() > most_named)
    text += " and " + std::to_string(servers.size() - most_named) + " more";
  co_return valid_utf8(text);
}

}  // namespace cutover::agent
