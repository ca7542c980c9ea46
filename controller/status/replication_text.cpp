#include "controller/status/replication_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace cutover {
namespace {

namespace json = boost::json;

constexpr double an_hour = 3600;
constexpr double a_day = 24 * an_hour;

std::string slot_text(const SlotStatus& slot) {
  std::string text = fmt::format("  slot {}: {}", slot.name, slot.active ? "active" : "NOT ACTIVE");
  if (slot.lag_bytes) text += fmt::format(", {} behind", bytes_text(*slot.lag_bytes));
  if (slot.lag_seconds) text += fmt::format(" ({})", seconds_text(*slot.lag_seconds));
  if (slot.applied_per_second)
    text += fmt::format(", applies {}/s", bytes_text(*slot.applied_per_second));
  if (slot.retained_bytes)
    text += fmt::format(", {} of WAL kept", bytes_text(*slot.retained_bytes));
  if (!slot.wal_status.empty() && slot.wal_status != "reserved")
    text += fmt::format(", WAL {}", slot.wal_status == "lost" ? "LOST: green has to be filled anew"
                                                              : slot.wal_status);
  if (slot.written_per_second)
    text += fmt::format(", the server writes {}/s", bytes_text(*slot.written_per_second));
  if (slot.seconds_left)
    text +=
        fmt::format(", full in {} when nobody reads the slot", seconds_text(*slot.seconds_left));
  return text + "\n";
}

std::string subscription_text(const SubscriptionStatus& one) {
  std::string text = fmt::format("  subscription {}: {}, {} of {} tables follow", one.name,
                                 !one.enabled  ? "disabled"
                                 : one.working ? "working"
                                               : "NOT WORKING",
                                 one.ready, one.tables);
  if (one.silent_seconds)
    text += fmt::format(", last message {} ago", seconds_text(*one.silent_seconds));
  if (one.apply_errors && *one.apply_errors > 0)
    text += fmt::format(", {} ERRORS while applying", *one.apply_errors);
  if (one.sync_errors && *one.sync_errors > 0)
    text += fmt::format(", {} ERRORS while copying", *one.sync_errors);
  return text + "\n";
}

std::string direction_text(const DirectionStatus& direction) {
  std::string text;
  for (const auto& slot : direction.slots) text += slot_text(slot);
  for (const auto& one : direction.subscriptions) text += subscription_text(one);
  for (const auto& error : direction.unknown) text += "  cannot be found out: " + error.what + "\n";
  if (text.empty()) return "";
  return fmt::format("  {} → {}\n", direction.from, direction.to) + text;
}

template <class T>
json::value or_null(const std::optional<T>& number) {
  return number ? json::value(*number) : json::value();
}

json::value json_of(const SlotStatus& slot) {
  return {{"slot", slot.name},
          {"active", slot.active},
          {"lag_bytes", or_null(slot.lag_bytes)},
          {"lag_seconds", or_null(slot.lag_seconds)},
          {"retained_bytes", or_null(slot.retained_bytes)},
          {"wal_status", slot.wal_status.empty() ? json::value() : json::value(slot.wal_status)},
          {"safe_wal_bytes", or_null(slot.safe_wal_bytes)},
          {"applied_bytes_per_second", or_null(slot.applied_per_second)},
          {"written_bytes_per_second", or_null(slot.written_per_second)},
          {"seconds_left", or_null(slot.seconds_left)}};
}

json::value json_of(const SubscriptionStatus& one) {
  return {{"subscription", one.name},
          {"enabled", one.enabled},
          {"working", one.working},
          {"tables", one.tables},
          {"tables_ready", one.ready},
          {"silent_seconds", or_null(one.silent_seconds)},
          {"apply_errors", or_null(one.apply_errors)},
          {"sync_errors", or_null(one.sync_errors)}};
}

json::value json_of(const DirectionStatus& direction) {
  json::array slots;
  for (const auto& slot : direction.slots) slots.push_back(json_of(slot));
  json::array subscriptions;
  for (const auto& one : direction.subscriptions) subscriptions.push_back(json_of(one));
  json::array unknown;
  for (const auto& error : direction.unknown) unknown.push_back(json::value(error.what));
  return {{"from", direction.from},
          {"to", direction.to},
          {"slots", slots},
          {"subscriptions", subscriptions},
          {"unknown", unknown}};
}

}  // namespace

std::string seconds_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  if (seconds < an_hour) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 2 * a_day) return fmt::format("{:.1f} h", seconds / an_hour);
  return fmt::format("{:.0f} days", seconds / a_day);
}

std::string text_of(const ReplicationStatus& status) {
  std::string text = direction_text(status.forward) + direction_text(status.back);
  for (const auto& ddl : status.ddl)
    text += fmt::format("  DDL {} by {}: {} {}\n", ddl.at, ddl.role, ddl.command, ddl.object);
  return text;
}

json::value json_of(const ReplicationStatus& status) {
  json::array ddl;
  for (const auto& one : status.ddl)
    ddl.push_back(
        {{"at", one.at}, {"role", one.role}, {"command", one.command}, {"object", one.object}});
  return {{"forward", json_of(status.forward)}, {"back", json_of(status.back)}, {"ddl", ddl}};
}

}  // namespace cutover
