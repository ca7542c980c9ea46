// Ways to spoil the stream from blue to green and what is published.
#include "tests/integration/checks/server_pair.h"

namespace cutover {
namespace {

void publish_by(Config& config, std::vector<std::string> publications) {
  config.databases[0].subscriptions.clear();
  for (const std::string& name : publications)
    config.databases[0].subscriptions.push_back({name, "cutover", "cutover"});
}

const std::string stop = "ALTER SUBSCRIPTION cutover DISABLE";
const std::string go_on = "ALTER SUBSCRIPTION cutover ENABLE";

std::vector<Provocation> stream_provocations() {
  return {
      {.check = "slot_active",
       .outcome = fail,
       .says = "slot is not active: cutover",
       .green = stop,
       .undo_green = go_on},
      {.check = "slot_active",
       .outcome = fail,
       .says = "no such slot: elsewhere",
       .configure =
           [](Config& config) { config.databases[0].subscriptions[0].slot = "elsewhere"; }},
      {.check = "subscription_enabled",
       .outcome = fail,
       .says = "disabled: cutover",
       .green = stop,
       .undo_green = go_on},
      {.check = "subscription_enabled",
       .outcome = fail,
       .says = "told to skip a transaction",
       .green = "ALTER SUBSCRIPTION cutover SKIP (lsn = 'FF/0')",
       .undo_green = "ALTER SUBSCRIPTION cutover SKIP (lsn = NONE)"},
      {.check = "subscription_enabled",
       .outcome = fail,
       .says = "follows publications {cutover} instead of other",
       .configure = [](Config& config) { publish_by(config, {"other"}); }},
      {.check = "subscription_enabled",
       .outcome = fail,
       .says = "uses slot cutover instead of elsewhere",
       .configure =
           [](Config& config) { config.databases[0].subscriptions[0].slot = "elsewhere"; }},
      {.check = "subscription_worker",
       .outcome = fail,
       .says = "no worker runs for: cutover",
       .green = stop,
       .undo_green = go_on},
      {.check = "apply_errors",
       .outcome = fail,
       .says = "fails to apply: cutover",
       .blue = "INSERT INTO account (id, name) VALUES (1000090, 'twice')",
       .green = "INSERT INTO account (id, name) VALUES (1000090, 'in the way')",
       .undo_blue = "DELETE FROM account WHERE id = 1000090",
       .undo_green = "DELETE FROM account WHERE id = 1000090 AND name = 'in the way';"
                     "SELECT pg_stat_reset_subscription_stats(NULL)"},
      {.check = "replication_lag",
       .outcome = fail,
       .says = "behind: cutover",
       .green = {},
       .undo_blue = "DELETE FROM event WHERE body = repeat('x', 100)",
       .hold_green = "BEGIN; LOCK TABLE event;",
       .configure = [](Config& config) { config.limits.lag_to_start_bytes = 1000; }},
      {.check = "replication_lag",
       .outcome = fail,
       .says = "position is not known: cutover",
       .green = stop,
       .undo_green = go_on},
      {.check = "apply_latency",
       .outcome = fail,
       .says = "not known, nobody follows: cutover",
       .green = stop,
       .undo_green = go_on},
      {.check = "other_slots",
       .outcome = warn,
       .says = "will not be on green: cdc (pgoutput",
       .blue = "SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')",
       .undo_blue = "SELECT pg_drop_replication_slot('cdc')"},
      {.check = "blue_subscriptions",
       .outcome = fail,
       .says = "blue itself follows: upstream",
       .blue = "CREATE SUBSCRIPTION upstream CONNECTION 'dbname=nowhere' PUBLICATION p"
               "  WITH (connect = false); ALTER SUBSCRIPTION upstream ENABLE",
       .undo_blue = "ALTER SUBSCRIPTION upstream DISABLE;"
                    "ALTER SUBSCRIPTION upstream SET (slot_name = NONE);"
                    "DROP SUBSCRIPTION upstream"},
  };
}

std::vector<Provocation> publication_provocations() {
  return {
      {.check = "publications_whole",
       .outcome = fail,
       .says = "does not publish insert, update",
       .blue = "ALTER PUBLICATION cutover SET (publish = 'insert, update')",
       .undo_blue = "ALTER PUBLICATION cutover SET (publish = 'insert, update, delete, truncate')"},
      {.check = "publications_whole",
       .outcome = fail,
       .says = "no such publication on blue: other",
       .configure = [](Config& config) { publish_by(config, {"other"}); }},
      {.check = "tables_published",
       .outcome = fail,
       .says = "not published: public.event",
       .blue = "CREATE PUBLICATION part FOR TABLE account",
       .undo_blue = "DROP PUBLICATION part",
       .configure = [](Config& config) { publish_by(config, {"part"}); }},
      {.check = "tables_published",
       .outcome = fail,
       .says = "published more than once, so rows would double: public.account",
       .blue = "CREATE PUBLICATION part FOR TABLE account",
       .undo_blue = "DROP PUBLICATION part",
       .configure =
           [](Config& config) {
             publish_by(config, {"cutover", "part"});
           }},
      {.check = "tables_ready",
       .outcome = fail,
       .says = "published but not subscribed, so empty on green: public.fresh",
       .blue = "CREATE TABLE fresh (id int PRIMARY KEY)",
       .undo_blue = "DROP TABLE fresh"},
      {.check = "replica_identity",
       .outcome = fail,
       .says = "without replica identity: public.no_key",
       .blue = "CREATE TABLE no_key (id int)",
       .undo_blue = "DROP TABLE no_key"},
      {.check = "replica_identity",
       .outcome = fail,
       .says = "without replica identity: public.late, public.made, public.made_too",
       .blue = "CREATE TABLE late (id int PRIMARY KEY DEFERRABLE);"
               "CREATE TABLE made (a int, id int GENERATED ALWAYS AS (a + 1) STORED PRIMARY KEY);"
               "CREATE TABLE made_too (LIKE made INCLUDING ALL);"
               "ALTER TABLE made_too REPLICA IDENTITY FULL",
       .undo_blue = "DROP TABLE late, made, made_too"},
      {.check = "replica_identity",
       .outcome = fail,
       .says = "without replica identity: public.\"No \"\"Key\"",
       .blue = "CREATE TABLE \"No \"\"Key\" (id int PRIMARY KEY);"
               "ALTER TABLE \"No \"\"Key\" REPLICA IDENTITY NOTHING",
       .undo_blue = "DROP TABLE \"No \"\"Key\""},
  };
}

}  // namespace

std::vector<Provocation> replication_provocations() {
  auto all = stream_provocations();
  for (auto& each : publication_provocations()) all.push_back(std::move(each));
  return all;
}

}  // namespace cutover
