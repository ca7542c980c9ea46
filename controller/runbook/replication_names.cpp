#include "controller/runbook/replication_names.h"

#include <fmt/format.h>

#include <charconv>

namespace cutover {
namespace {

std::vector<std::string> members(const DatabaseConfig& database,
                                 std::string SubscriptionConfig::*member) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions) names.push_back(each.*member);
  return names;
}

}  // namespace

std::vector<std::string> publications_of(const DatabaseConfig& database) {
  return members(database, &SubscriptionConfig::publication);
}

std::vector<std::string> slots_of(const DatabaseConfig& database) {
  return members(database, &SubscriptionConfig::slot);
}

std::vector<std::string> subscriptions_of(const DatabaseConfig& database) {
  return members(database, &SubscriptionConfig::subscription);
}

std::string named(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 10) text += fmt::format(" and {} more", names.size() - 10);
  return text;
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace cutover
