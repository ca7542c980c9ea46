#include "controller/runbook/blue_settings.h"

#include <fmt/format.h>

#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr const char* setting_sql = R"(
SELECT name, setting, pending_restart FROM pg_settings WHERE name IN ({}) ORDER BY name)";

struct Setting {
  std::string name;
  std::string value;
  bool waits = false;  ///< for a restart
};

Task<Result<std::vector<Setting>>> read_settings(const PhaseSight& sight, std::string list) {
  const auto rows = co_await sight.blue.query(fmt::format(setting_sql, list));
  if (!rows) co_return Error(rows.error());
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < rows->size(); ++i)
    settings.push_back(
        {rows->text(i, "name"), rows->text(i, "setting"), rows->text(i, "pending_restart") == "t"});
  co_return settings;
}

std::string after_restart(const Setting& setting) {
  return setting.waits ? " (a change waits for a restart)" : "";
}

Task<Outcome> look_at_wal_level(const PhaseSight& sight) {
  const auto settings = co_await read_settings(sight, "'wal_level'");
  if (!settings) co_return refused(settings.error());
  const auto& level = settings->front();
  if (level.value == "logical") co_return done("logical");
  co_return refused(fmt::format("{}: wal_level is {}{}, must be logical", sight.blue.place(),
                                level.value, after_restart(level)),
                    level.waits ? "restart blue"
                                : "set wal_level = logical (rds.logical_replication = 1 on RDS) "
                                  "and restart");
}

Task<Outcome> look_at_rds(const PhaseSight& sight) {
  const auto settings = co_await read_settings(sight, "'rds.logical_replication'");
  if (!settings) co_return refused(settings.error());
  if (settings->empty()) co_return done("not on RDS");
  const auto& setting = settings->front();
  if (setting.value == "on" || setting.value == "1") co_return done("on");
  co_return refused(fmt::format("{}: rds.logical_replication is {}{}, must be 1",
                                sight.blue.place(), setting.value, after_restart(setting)),
                    "set it in the cluster parameter group and restart the writer");
}

// One more slot and walsender for each table that is being copied; two subscriptions' worth is
// kept free.
Task<Outcome> look_at_slot_room(const PhaseSight& sight) {
  const auto slots = slots_of(sight.database);
  const auto rows = co_await sight.blue.query(fmt::format(
      "SELECT current_setting('max_replication_slots')::int AS all_slots, "
      "current_setting('max_wal_senders')::int AS all_senders, "
      "current_setting('max_replication_slots')::int - "
      "(SELECT count(*) FROM pg_replication_slots WHERE slot_name NOT IN ({0})) AS slots, "
      "current_setting('max_wal_senders')::int - "
      "(SELECT count(*) FROM pg_stat_replication) AS senders, "
      "(SELECT string_agg(name, ', ') FROM pg_settings WHERE pending_restart AND name IN "
      "('max_replication_slots', 'max_wal_senders')) AS waiting",
      list_of_literals(slots)));
  if (!rows) co_return outcome_of_failure(rows.error());
  const auto wanted = slots.size() + 2;
  const auto found = fmt::format(
      "max_replication_slots = {} ({} free), max_wal_senders = {} ({} free), {} of each are wanted",
      rows->text(0, "all_slots"), rows->text(0, "slots"), rows->text(0, "all_senders"),
      rows->text(0, "senders"), wanted);
  if (number_of(rows->text(0, "slots")) >= wanted && number_of(rows->text(0, "senders")) >= wanted)
    co_return done(found);
  const auto waiting = rows->text(0, "waiting");
  co_return refused(sight.blue.place() + ": " + found,
                    waiting.empty() ? "raise max_replication_slots and max_wal_senders, and restart"
                                    : "restart blue: a change waits for it: " + waiting);
}

// Blue's own workers are for the way back; without them only that is missing, so few are asked.
Task<Outcome> look_at_workers(const PhaseSight& sight) {
  const auto settings =
      co_await read_settings(sight, "'max_worker_processes', 'max_logical_replication_workers'");
  if (!settings) co_return refused(settings.error());
  const auto wanted = sight.database.subscriptions.size() + 2;
  std::string found;
  bool enough = true;
  for (const auto& each : *settings) {
    found += fmt::format("{}{} = {}{}", found.empty() ? "" : ", ", each.name, each.value,
                         after_restart(each));
    enough = enough && number_of(each.value) >= wanted;
  }
  if (enough) co_return done(found);
  co_return refused(fmt::format("{}: {}; at least {} of each are wanted, for the way back",
                                sight.blue.place(), found, wanted),
                    "raise them and restart blue");
}

}  // namespace

std::vector<PhaseCheck> blue_settings_checks() {
  return {
      {"wal_level", "blue's WAL holds what logical decoding needs", look_at_wal_level},
      {"rds", "on RDS, logical replication is switched on", look_at_rds},
      {"slots", "blue has room for the slots and their walsenders", look_at_slot_room},
      {"workers", "blue has room for the workers of the way back", look_at_workers},
  };
}

}  // namespace cutover
