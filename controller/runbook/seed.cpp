#include "controller/runbook/seed.h"

#include <fmt/format.h>

#include "controller/runbook/ddl_guard.h"
#include "controller/runbook/prepared.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/seed_position.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr const char* green_sql = R"(
SELECT current_setting('server_version_num')::int / 10000 AS major,
       pg_is_in_recovery() AS in_recovery,
       (SELECT string_agg(subname, ', ') FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
       AS subscriptions)";

constexpr const char* major_sql =
    "SELECT current_setting('server_version_num')::int / 10000 AS major";

bool is_told(const SeedWish& wish) {
  return !wish.lsn.empty() || !wish.log.empty();
}

/// Once the position is known, green may be upgraded; before that it is a clone as it was made.
Task<Outcome> look_at_clone(const PhaseSight& sight) {
  const auto recorded = co_await recorded_seed(sight.green);
  if (!recorded) co_return refused(recorded.error());
  const auto green = co_await sight.green.query(green_sql);
  if (!green) co_return outcome_of_failure(green.error());
  const auto blue = co_await sight.blue.query(major_sql);
  if (!blue) co_return outcome_of_failure(blue.error());
  if (green->text(0, "in_recovery") == "t")
    co_return refused(sight.green.place() + ": it is still a standby", "promote it first");
  if (*recorded && !is_told(sight.options.wishes.seed)) co_return done("its seed is known");
  if (green->at(0, "subscriptions"))
    co_return refused(fmt::format("{}: subscriptions exist: {}", sight.green.place(),
                                  green->text(0, "subscriptions")),
                      "a clone that follows already must not get another seed; drop those that "
                      "came with the clone");
  if (green->text(0, "major") == blue->text(0, "major") || is_told(sight.options.wishes.seed))
    co_return done();
  co_return refused(
      fmt::format("{}: it is version {} and blue {}: after its upgrade green no longer knows where "
                  "it was cloned",
                  sight.green.place(), green->text(0, "major"), blue->text(0, "major")),
      "give the position as --lsn, or clone again and run `cutover seed` before the upgrade; an "
      "empty green needs none, or `cutover seed --copy`");
}

Task<bool> follows(ServerSession& green, DatabaseConfig database) {
  const auto rows =
      co_await green.query(fmt::format("SELECT FROM pg_subscription WHERE subname IN ({}) AND "
                                       "subdbid = (SELECT oid FROM pg_database "
                                       "WHERE datname = current_database())",
                                       list_of_literals(subscriptions_of(database))));
  co_return rows ? !rows->empty() : false;
}

/// Slots move on once green follows.
Task<Outcome> look_at_position(const PhaseSight& sight) {
  const auto seed = co_await find_seed(sight.blue, sight.green, sight.options.wishes.seed);
  if (!seed) co_return refused(seed.error());
  const bool used = co_await follows(sight.green, sight.database);
  if (used) co_return done(seed->lsn + ", used already");
  const auto outcome = co_await seed_fits(sight, *seed);
  co_return outcome;
}

Task<Result<Standing>> look_at_record(const PhaseSight& sight) {
  const auto seed = co_await find_seed(sight.blue, sight.green, sight.options.wishes.seed);
  if (!seed) co_return seed.error();
  const auto recorded = co_await recorded_seed(sight.green);
  if (!recorded) co_return recorded.error();
  const bool is_written = *recorded && (*recorded)->lsn == seed->lsn;
  const auto text = seed->lsn + ", " + seed->source;
  co_return is_written ? holds(text) : due(text);
}

Task<Outcome> write_position(PhaseServers& servers) {
  const auto seed = co_await find_seed(servers.blue, servers.green, servers.options.wishes.seed);
  if (!seed) co_return refused(seed.error());
  const auto outcome = co_await record_seed(servers.green, *seed);
  if (outcome.is_done()) servers.tell_value("green initial LSN", seed->lsn);
  co_return outcome;
}

/// Those of blue that came along; ours by name, and others of this database.
Task<Result<std::vector<std::string>>> copied_slots(ServerSession& blue, ServerSession& green) {
  const auto sql = std::string(
      "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical' "
      "AND database = current_database() ORDER BY 1");
  const auto there = co_await green.query(sql);
  if (!there) co_return Error(there.error());
  std::vector<std::string> names;
  if (there->empty()) co_return names;
  const auto origin = co_await blue.query(sql);
  if (!origin) co_return Error(origin.error());
  for (std::size_t i = 0; i < there->size(); ++i)
    for (std::size_t j = 0; j < origin->size(); ++j)
      if (there->text(i, "slot_name") == origin->text(j, "slot_name"))
        names.push_back(there->text(i, "slot_name"));
  co_return names;
}

Task<Result<Standing>> look_for_copied_slots(const PhaseSight& sight) {
  const auto slots = co_await copied_slots(sight.blue, sight.green);
  if (!slots) co_return slots.error();
  co_return slots->empty() ? holds("none is there") : due(named(*slots));
}

Task<Outcome> drop_copied_slots(PhaseServers& servers) {
  const auto slots = co_await copied_slots(servers.blue, servers.green);
  if (!slots) co_return in_doubt(slots.error());
  for (const auto& slot : *slots) {
    const auto dropped = co_await servers.green.query("SELECT pg_drop_replication_slot(" +
                                                      quote_literal(slot) + ")");
    if (!dropped) co_return outcome_of_failure(dropped.error());
  }
  co_return done(named(*slots));
}

std::string copied_publications_sql(const DatabaseConfig& database) {
  return fmt::format("SELECT pubname FROM pg_publication WHERE pubname IN ({}) ORDER BY 1",
                     list_of_literals(publications_of(database)));
}

Task<Result<Standing>> look_for_copied_publications(const PhaseSight& sight) {
  const auto rows = co_await sight.green.query(copied_publications_sql(sight.database));
  if (!rows) co_return Error(rows.error());
  co_return rows->empty() ? holds("none is there") : due(rows->text(0, "pubname"));
}

Task<Outcome> drop_copied_publications(PhaseServers& servers) {
  for (const auto& name : publications_of(servers.database)) {
    const auto dropped =
        co_await servers.green.query("DROP PUBLICATION IF EXISTS " + quote_identifier(name));
    if (!dropped) co_return outcome_of_failure(dropped.error());
  }
  co_return done();
}

Task<Result<Standing>> look_for_copied_guard(const PhaseSight& sight) {
  const auto standing = co_await look_for_guard(sight.green);
  co_return standing;
}

Task<Outcome> drop_copied_guard(PhaseServers& servers) {
  const auto outcome = co_await drop_guard(servers.green);
  co_return outcome;
}

}  // namespace

std::vector<PhaseCheck> seed_checks() {
  return {
      {"two_servers", "blue and green are two servers", look_whether_two_servers},
      {"prepared", "blue has the publications and slots that prepare makes", look_whether_prepared},
      {"clone", "green is a clone that was not upgraded, or its seed is known", look_at_clone},
      {"position", "every slot ≤ the seed ≤ blue's end", look_at_position},
  };
}

std::vector<PhaseStep> seed_steps() {
  return {
      {"position", "write the position of the clone down on green", look_at_record, write_position},
      {"copied_slots", "drop the slots that came with the clone", look_for_copied_slots,
       drop_copied_slots},
      {"copied_publications", "drop the publications that came with the clone",
       look_for_copied_publications, drop_copied_publications},
      {"copied_guard", "drop the DDL guard that came with the clone", look_for_copied_guard,
       drop_copied_guard},
  };
}

}  // namespace cutover
