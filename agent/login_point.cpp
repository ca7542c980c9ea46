// See login_point.h.
#include "agent/login_point.h"

#include <algorithm>
#include <set>

namespace cutover::agent {
namespace {

constexpr const char* name = "logins";

std::string setting(const HostView& view, const char* key) {
  const auto found = view.settings.find(key);
  return found == view.settings.end() ? std::string() : found->second;
}

std::string listed(const std::set<std::string>& users) {
  std::string text;
  for (const std::string& user : users) text += (text.empty() ? "" : ", ") + user;
  return text;
}

/// Whom auth_file lets in, the console's own users left out.
std::set<std::string> clients_of(const HostView& view) {
  const auto of_the_console = console_users(view.settings);
  std::set<std::string> clients;
  for (const auto& [user, secret] : *view.user_list)
    if (!of_the_console.contains(user)) clients.insert(user);
  return clients;
}

bool is_auth_file_left_out(const HostView& view) {
  const std::string type = setting(view, "auth_type");
  return type == "any" || type == "pam" || type == "ldap";
}

bool is_database_asked(const HostView& view) {
  return !setting(view, "auth_user").empty() ||
         std::ranges::any_of(view.logins, [](const auto& one) { return one.second.asks_database; });
}

/// Users that entries name, without a password beside them.
std::set<std::string> users_of_entries(const HostView& view) {
  std::set<std::string> users;
  for (const auto& [entry, login] : view.logins)
    if (!login.user.empty() && !login.has_password) users.insert(login.user);
  return users;
}

std::string secret_of(const HostView& view, const std::string& user) {
  const auto found = view.user_list->find(user);
  return found == view.user_list->end() ? std::string() : found->second;
}

}  // namespace

HostPoint login_point(const HostView& view) {
  if (!view.user_list) return {Grade::ok, name, "not known without auth_file"};
  if (is_auth_file_left_out(view))
    return {Grade::ok, name, "not by auth_file: auth_type is " + setting(view, "auth_type")};
  auto users = clients_of(view);
  if (users.empty() && !is_database_asked(view))
    return {Grade::warn, name, "auth_file names nobody but users of the console",
            "a line for the application's user in auth_file"};
  const auto of_entries = users_of_entries(view);
  std::set<std::string> unknown;
  for (const std::string& user : of_entries)
    if (secret_of(view, user).empty()) unknown.insert(user);
  if (!unknown.empty())
    return {Grade::warn, name,
            "no password is known for " + listed(unknown) + ", whom entries name",
            "a line in auth_file or password= in the entry, unless the servers ask for none"};
  users.insert(of_entries.begin(), of_entries.end());
  std::set<std::string> by_half;
  for (const std::string& user : users)
    if (secret_of(view, user).starts_with("SCRAM-SHA-256$")) by_half.insert(user);
  if (!by_half.empty())
    return {Grade::warn, name,
            "auth_file has only a SCRAM secret for " + listed(by_half) +
                ": with it PgBouncer gets in to a server that has the very same one, after a "
                "client's own login; the agent cannot prove that green lets this host in",
            "the password itself in auth_file, which PgBouncer alone may read"};
  return {Grade::ok, name, users.empty() ? "asked of the database" : listed(users)};
}

}  // namespace cutover::agent
