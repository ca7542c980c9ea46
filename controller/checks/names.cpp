#include "controller/checks/names.h"

#include <algorithm>

namespace cutover {
namespace {

std::vector<std::string> each(const DatabaseConfig& database,
                              std::string SubscriptionConfig::*name) {
  std::vector<std::string> names;
  for (const SubscriptionConfig& subscription : database.subscriptions)
    names.push_back(subscription.*name);
  return names;
}

}  // namespace

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string array_text(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const std::string& value : values) {
    text += text.size() > 1 ? ",\"" : "\"";
    for (const char letter : value) {
      if (letter == '"' || letter == '\\') text += '\\';
      text += letter;
    }
    text += '"';
  }
  return text + "}";
}

std::vector<std::string> publications_of(const DatabaseConfig& database) {
  return each(database, &SubscriptionConfig::publication);
}
std::vector<std::string> slots_of(const DatabaseConfig& database) {
  return each(database, &SubscriptionConfig::slot);
}
std::vector<std::string> subscriptions_of(const DatabaseConfig& database) {
  return each(database, &SubscriptionConfig::subscription);
}

}  // namespace cutover
