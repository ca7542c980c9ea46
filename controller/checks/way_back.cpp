#include "controller/checks/way_back.h"

#include "controller/checks/ask.h"
#include "controller/servers/replica_identity_sql.h"

namespace cutover {
namespace {

/// Nothing is asked where no way back is wanted.
Task<Finding> ask_if_wanted(const CheckContext& context, Offenders question) {
  if (!context.config.way_back)
    co_return Finding{CheckOutcome::skipped, "way_back.enabled is false"};
  const auto finding = co_await ask_offenders(context, std::move(question));
  co_return finding;
}

Task<Finding> way_back_wal_level(const CheckContext& context) {
  return ask_if_wanted(context, {.side = Side::green,
                                 .sql = R"sql(
    SELECT 'fail' AS outcome, 'wal_level' AS label, current_setting('wal_level') AS object
     WHERE current_setting('wal_level') <> 'logical')sql",
                                 .none = "logical",
                                 .hint = "on green: ALTER SYSTEM SET wal_level = 'logical', then "
                                         "restart it (rds.logical_replication = 1 on RDS)",
                                 .scope = Scope::cluster});
}

/// One slot and one walsender for each subscription that green has now.
constexpr auto green_room_sql = R"sql(
  WITH wanted AS (SELECT count(*) AS n FROM pg_subscription), room AS (
    SELECT 'max_replication_slots' AS name, current_setting('max_replication_slots')::bigint
           - (SELECT count(*) FROM pg_replication_slots) AS free
    UNION ALL
    SELECT 'max_wal_senders', current_setting('max_wal_senders')::bigint
           - (SELECT count(*) FROM pg_stat_replication))
  SELECT 'fail' AS outcome, 'too few on green' AS label,
         format('%s (%s free, %s wanted)', name, free, wanted.n) AS object
    FROM room, wanted WHERE free < wanted.n)sql";

/// Before 18 an origin takes a place of max_replication_slots.
constexpr auto blue_room_sql = R"sql(
  WITH wanted AS (SELECT count(*) AS n FROM pg_replication_slots
                   WHERE slot_type = 'logical' AND database = current_database()), room AS (
    SELECT 'max_logical_replication_workers' AS name,
           current_setting('max_logical_replication_workers')::bigint
           - (SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL) AS free
    UNION ALL
    SELECT coalesce(s.name, 'max_replication_slots'),
           coalesce(s.setting, current_setting('max_replication_slots'))::bigint
           - (SELECT count(*) FROM pg_replication_origin)
      FROM (VALUES ('max_active_replication_origins')) AS o (name)
      LEFT JOIN pg_settings s ON s.name = o.name)
  SELECT 'fail' AS outcome, 'too few on blue' AS label,
         format('%s (%s free, %s wanted)', room.name, free, wanted.n) AS object
    FROM room, wanted WHERE free < wanted.n)sql";

Task<Finding> way_back_room(const CheckContext& context) {
  if (!context.config.way_back)
    co_return Finding{CheckOutcome::skipped, "way_back.enabled is false"};
  Evidence evidence;
  const Offenders on_green{.side = Side::green, .sql = green_room_sql, .scope = Scope::cluster};
  co_await gather_offenders(context, on_green, evidence);
  const Offenders on_blue{.side = Side::blue, .sql = blue_room_sql, .scope = Scope::cluster};
  co_await gather_offenders(context, on_blue, evidence);
  co_return evidence.finding("slots, walsenders, origins and workers are left",
                             "raise the setting and restart that server before the window");
}

/// As soon as green publishes a table whose rows cannot be told apart, its own apply worker fails
/// on the first UPDATE of it.
std::string unidentified_sql() {
  return R"sql(
  SELECT 'fail' AS outcome, 'cannot be published on green' AS label, c.oid::regclass::text AS object
    FROM pg_subscription_rel r JOIN pg_class c ON c.oid = r.srrelid
   WHERE c.relkind = 'r' AND )sql" +
         lacks_replica_identity_sql() + " ORDER BY 3";
}

Task<Finding> way_back_replica_identity(const CheckContext& context) {
  return ask_if_wanted(
      context,
      {.side = Side::green,
       .sql = unidentified_sql(),
       .none = "every table has one on green",
       .hint = "on green: ALTER TABLE … REPLICA IDENTITY USING INDEX, or FULL, as on blue"});
}

constexpr auto rights_sql = R"sql(
  SELECT 'fail' AS outcome, 'user ' || quote_ident(current_user) || ' on blue may not' AS label,
         lacks.what AS object
    FROM (VALUES
      ('create subscriptions', NOT EXISTS (
          SELECT FROM pg_roles m
           WHERE (m.rolsuper AND m.rolname = current_user
                  OR m.rolname IN ('pg_create_subscription', 'rds_superuser', 'cloudsqlsuperuser')
                     AND pg_has_role(m.oid, 'MEMBER')))),
      ('call pg_replication_origin_advance', NOT has_function_privilege(
          'pg_replication_origin_advance(text, pg_lsn)', 'EXECUTE'))) AS lacks (what, so)
   WHERE lacks.so)sql";

Task<Finding> way_back_rights(const CheckContext& context) {
  return ask_if_wanted(context, {.side = Side::blue,
                                 .sql = rights_sql,
                                 .none = "blue's user may subscribe and advance origins",
                                 .hint = "use a superuser, or grant both: GRANT "
                                         "pg_create_subscription from 16 on, GRANT EXECUTE ON "
                                         "FUNCTION pg_replication_origin_advance from 14 on"});
}

}  // namespace

std::vector<Check> way_back_checks() {
  return {
      {"way_back_wal_level", "Green's wal_level is logical, so that blue can follow it.", true,
       way_back_wal_level},
      {"way_back_room", "Green has room for the slots of the way back, blue for its workers.", true,
       way_back_room},
      {"way_back_replica_identity", "Every table that green receives can be published there.", true,
       way_back_replica_identity},
      {"way_back_rights", "Blue's user may subscribe to green and advance the origin.", true,
       way_back_rights},
  };
}

}  // namespace cutover
