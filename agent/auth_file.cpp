// See auth_file.h.
#include "agent/auth_file.h"

#include <sstream>

namespace cutover::agent {

AuthSecrets parse_auth_file(const std::string& text) {
  const auto quoted = [](std::istringstream& line, std::string& into) {
    into.clear();
    char c = 0;
    if (!(line >> c) || c != '"') return false;
    while (line.get(c)) {
      if (c == '"' && line.peek() != '"') return true;
      if (c == '"') line.get(c);
      into += c;
    }
    return false;
  };
  AuthSecrets secrets;
  std::istringstream lines(text);
  for (std::string one; std::getline(lines, one);) {
    std::istringstream line(one);
    std::string user;
    std::string secret;
    if (quoted(line, user) && quoted(line, secret)) secrets.emplace(user, secret);
  }
  return secrets;
}

std::set<std::string> console_users(const std::map<std::string, std::string>& settings) {
  std::set<std::string> names;
  for (const char* setting : {"admin_users", "stats_users"}) {
    const auto found = settings.find(setting);
    if (found == settings.end()) continue;
    std::istringstream list(found->second);
    for (std::string name; std::getline(list, name, ',');) {
      std::erase(name, ' ');
      names.insert(name);
    }
  }
  return names;
}

}  // namespace cutover::agent
