#include "controller/operation/checklist.h"

#include <cctype>

namespace cutover {
namespace {

constexpr const char* ahead = "48 hours and more ahead";
constexpr const char* day_before = "24 hours ahead";
constexpr const char* hour_before = "1 hour ahead";
constexpr const char* window = "The maintenance window";
constexpr const char* after = "After the cutover";
constexpr const char* next_day = "Next day";

std::vector<ChecklistItem> preparation() {
  return {
      {"logical-replication", ahead,
       "On blue, enable logical replication in the parameter group (`rds.logical_replication = 1`, "
       "slots, walsenders, workers) and restart it"},
      {"rds-proxy", ahead, "Enable RDS Proxy for that restart, and disable it afterwards"},
      {"pgbouncer", ahead, "Provision the PgBouncer hosts, with `cutover-agent` beside each"},
      {"jumpbox", ahead,
       "Provision the jumpbox: `cutover`, cutover.toml (`cutover init`), ~/.pgpass, ssh keys"},
      {"security-groups", ahead,
       "Let jumpbox and PgBouncer hosts reach blue, and later green; note the rules above"},
      {"doctor", ahead, "`cutover doctor` passes, but for green, which does not exist yet",
       "doctor"},
      {"prepare", day_before,
       "`cutover prepare --no-dry-run`: settings, replica identity, publication, slot on blue",
       "prepare"},
      {"green-network", day_before,
       "Create subnet group and security group of green; note both above"},
      {"clone", day_before,
       "Create green as a clone of blue: log exports on, deletion protection on; note its host "
       "above"},
      {"seed", day_before,
       "`cutover seed --no-dry-run` on the clone, before its upgrade: its LSN is written down, "
       "copied slot and publication are dropped",
       "seed"},
      {"upgrade", day_before, "Upgrade green to the new major version"},
      {"subscribe", day_before,
       "`cutover subscribe --no-dry-run`: extensions, subscription, origin; green follows",
       "subscribe"},
      {"analyze", day_before, "`cutover analyze --no-dry-run`: statistics on green", "analyze"},
      {"verify", day_before, "`cutover verify`: every table is the same on both sides", "verify"},
  };
}

std::vector<ChecklistItem> the_window() {
  return {
      {"green-readers", hour_before, "Add readers to green"},
      {"server-proxy", hour_before, "Remove the RDS Proxy from the server's configuration"},
      {"server-readers", hour_before,
       "Remove the readers from the server's configuration, note their secret above, redeploy"},
      {"server-pgbouncer", hour_before, "Point the server's secret at PgBouncer and redeploy"},
      {"warm", hour_before, "`cutover warm --no-dry-run`: green's buffers hold what is hot on blue",
       "warm"},
      {"watch-errors", window, "Watch the logs for errors of the application"},
      {"load", window, "Start a constant small load, to see the pause as clients see it"},
      {"rehearse", window, "`cutover rehearse --no-dry-run`: the pause without the switch",
       "rehearse"},
      {"dry-run", window, "`cutover` (dry run): every check passes; read the differences it shows"},
      {"quiet", window, "Wait until no elevated load and no batch job is left"},
      {"cutover", window, "`cutover --no-dry-run`", "cutover"},
      {"works", window, "The application works as expected"},
      {"no-errors", window, "The logs show no errors"},
  };
}

std::vector<ChecklistItem> the_end() {
  return {
      {"server-green", after, "Point the server's secret at green and redeploy"},
      {"server-green-readers", after, "Give the server green's readers and redeploy"},
      {"finish", after,
       "`cutover finish --no-dry-run`: subscriptions, slots, publications, triggers, replica "
       "identities",
       "finish"},
      {"infrastructure", next_day,
       "Take green over into the infrastructure code, replacing nothing"},
      {"blue-off", next_day, "Shut blue down"},
      {"pgbouncer-off", next_day, "Shut the PgBouncer hosts down"},
      {"jumpbox-off", next_day, "Shut the jumpbox down"},
      {"rules-off", next_day, "Delete the security groups and rules noted above"},
      {"dashboards", next_day, "Update dashboards and alerts"},
      {"logical-off", next_day, "Optional: disable logical replication on green (needs a restart)"},
  };
}

}  // namespace

const std::vector<ChecklistItem>& checklist() {
  static const std::vector<ChecklistItem> all = [] {
    auto items = preparation();
    for (const auto& part : {the_window(), the_end()})
      items.insert(items.end(), part.begin(), part.end());
    return items;
  }();
  return all;
}

const std::vector<ChecklistValue>& checklist_values() {
  static const std::vector<ChecklistValue> all = {
      {"jumpbox-host", "Jumpbox host"},
      {"pgbouncer-host", "PgBouncer host"},
      {"added-sg-rules", "Added SG rules"},
      {"blue-cluster-writer-host", "blue cluster writer host"},
      {"green-cluster-writer-host", "green cluster writer host"},
      {"green-subnet-group-name", "green subnet group name"},
      {"green-security-group-id", "green security group ID"},
      {"blue-create-replication-slot-output", "blue create replication slot output",
       "(cutover,0/F0407060)"},
      {"green-initial-lsn", "green initial LSN", "0/F09A41E0"},
      {"extensions-upgraded", "extensions upgraded", "pg_trgm 1.4 → 1.6"},
      {"readerdatabasesecret-value", "ReaderDatabaseSecret value"},
      {"db-secret-w-blue", "DB secret w/ blue"},
      {"db-secret-w-pgbouncer", "DB secret w/ pgbouncer"},
      {"db-secret-w-green", "DB secret w/ green"},
      {"reader-db-secret-w-blue", "reader DB secret w/ blue"},
      {"reader-db-secret-w-green", "reader DB secret w/ green"},
  };
  return all;
}

std::string key_of_label(const std::string& label) {
  std::string key;
  for (const unsigned char c : label) {
    if (std::isalnum(c) != 0) {
      key += static_cast<char>(std::tolower(c));
    } else if (!key.empty() && key.back() != '-') {
      key += '-';
    }
  }
  while (!key.empty() && key.back() == '-') key.pop_back();
  return key;
}

}  // namespace cutover
