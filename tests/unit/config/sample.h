// Configurations for tests: the one of the documentation, with every key, and the smallest.
#pragma once

#include <string>

namespace cutover {

inline const std::string sample_config = R"toml([run]
state_dir = "/var/lib/cutover"

[[database]]
name  = "medplum"
blue  = "host=blue.internal port=5432 dbname=medplum user=admin"
green = "host=green.internal port=5432 dbname=medplum user=admin"
replicate_from = "host=blue.internal port=5432 dbname=medplum user=replicator"
replicate_back = "host=green.internal port=5432 dbname=medplum user=replicator"
publication = "cutover"
slot = "cutover"
subscription = "cutover"
[[database.route]]
blue  = "host=blue.internal port=5432"
green = "host=green.internal port=5432"
[[database.route]]
blue  = "host=blue-reader.internal port=5432"
green = "host=green-reader.internal"

[[bouncer]]
name  = "bouncer-1"
agent = "ssh://ubuntu@10.0.0.5:22"
identity = "~/.ssh/pgbouncer_key"
known_hosts = "/etc/ssh/known_hosts"
transport = "openssh"
command = "sudo cutover-agent connect"
entries = { medplum = "medplum" }
ignore_entries = ["old"]

[limits]
lag_to_start = "2MiB"
quiet_transaction_age = "400ms"
quiet_timeout = "50s"
drain_timeout = "1s"
pause_budget = "6s"
attempts = 9
backoff = "2s"
lease = "4s"

[way_back]
enabled = false

[checks]
waive = ["clock_skew"]
minimum_rows = { "Patient" = 100000 }
same_rows = [ { table = "AuditEvent", key = "id", columns = ["content"], time_column = "lastUpdated", since = "24h", until = "5min" } ]

[metrics]
listen = "127.0.0.1:19187"
textfile = "/var/lib/node_exporter/cutover.prom"

[hooks]
before_pause = ["/bin/one"]
after_decision = ["/bin/two", "x"]
after_resume = ["/bin/three"]
on_abort = ["/bin/four"]
)toml";

inline const std::string small_database = R"toml([[database]]
name = "app"
blue = "host=blue dbname=app"
green = "host=green dbname=app"
)toml";

inline const std::string small_bouncer = R"toml([[bouncer]]
name = "one"
agent = "unix:///run/agent.sock"
)toml";

inline const std::string small_config = small_database + small_bouncer;

}  // namespace cutover
