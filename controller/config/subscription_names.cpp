#include "controller/config/subscription_names.h"

namespace cutover {
namespace {

std::vector<std::string> names_by(const DatabaseConfig& database,
                                  std::string SubscriptionConfig::*name) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions) names.push_back(each.*name);
  return names;
}

}  // namespace

std::vector<std::string> publications_of(const DatabaseConfig& database) {
  return names_by(database, &SubscriptionConfig::publication);
}

std::vector<std::string> slots_of(const DatabaseConfig& database) {
  return names_by(database, &SubscriptionConfig::slot);
}

std::vector<std::string> subscriptions_of(const DatabaseConfig& database) {
  return names_by(database, &SubscriptionConfig::subscription);
}

}  // namespace cutover
