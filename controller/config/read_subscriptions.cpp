// publication, slot and subscription of a [[database]]: texts, or lists of equal length.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "controller/config/sections.h"

namespace cutover {
namespace {

constexpr std::size_t longest_name = 63;  // of PostgreSQL
constexpr std::size_t longest_publication = 50;

bool is_slot_name(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check_names(const TomlTable& table, const char* key, const std::vector<std::string>& names,
                 std::size_t longest) {
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (name.empty())
      table.problem_at(key, fmt::format("database.{} holds an empty name", key), "name it");
    if (name.size() > longest)
      table.problem_at(key,
                       fmt::format("database.{} \"{}\" has {} bytes, at most {} are possible", key,
                                   name, name.size(), longest),
                       "choose a shorter name");
    if (!seen.insert(name).second)
      table.problem_at(key, fmt::format("database.{} names \"{}\" twice", key, name),
                       "give each its own name");
  }
}

void check_slots(const TomlTable& table, const std::vector<std::string>& slots) {
  for (const auto& slot : slots)
    if (!is_slot_name(slot))
      table.problem_at("slot", fmt::format("\"{}\" cannot be the name of a slot", slot),
                       table.has("slot") ? "use a-z, 0-9 and _ only"
                                         : "the publication's name is the default: set slot, with "
                                           "a-z, 0-9 and _ only");
}

/// The worker's START_REPLICATION names publications, and its grammar has no backslashes.
void check_publications(const TomlTable& table, const std::vector<std::string>& publications) {
  for (const auto& name : publications)
    if (name.find('\\') != std::string::npos)
      table.problem_at("publication",
                       fmt::format("database.publication \"{}\" has a backslash", name),
                       "PostgreSQL cannot stream it: choose a name without");
}

bool equally_many(const TomlTable& table, const char* key, std::size_t count,
                  std::size_t publications) {
  if (count == publications) return true;
  table.problem_at(key,
                   fmt::format("database.{} has length {}, and publication has length {}", key,
                               count, publications),
                   "name one for each publication, in the same order");
  return false;
}

}  // namespace

std::vector<SubscriptionConfig> read_subscriptions(const TomlTable& database) {
  const auto publications = database.text_or_texts("publication", {"cutover"});
  const auto slots = database.text_or_texts("slot", publications);
  const auto subscriptions = database.text_or_texts("subscription", publications);
  check_names(database, "publication", publications, longest_publication);
  check_publications(database, publications);
  if (database.has("slot")) check_names(database, "slot", slots, longest_name);
  if (database.has("subscription"))
    check_names(database, "subscription", subscriptions, longest_name);
  check_slots(database, slots);
  const bool slots_match = equally_many(database, "slot", slots.size(), publications.size());
  const bool subscriptions_match =
      equally_many(database, "subscription", subscriptions.size(), publications.size());
  std::vector<SubscriptionConfig> read;
  if (!slots_match || !subscriptions_match) return read;
  for (std::size_t i = 0; i < publications.size(); ++i)
    read.push_back({publications[i], slots[i], subscriptions[i]});
  return read;
}

}  // namespace cutover
