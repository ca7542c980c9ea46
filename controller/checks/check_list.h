// The checks by theme, in the order in which they are shown. Each list is in the file of its name;
// check_catalogue() strings them together.
#pragma once

#include <vector>

#include "controller/checks/check.h"

namespace cutover {

std::vector<Check> server_checks();       ///< servers_and_versions.cpp
std::vector<Check> replication_checks();  ///< replication.cpp
std::vector<Check> publication_checks();  ///< publication.cpp
std::vector<Check> schema_checks();       ///< schema.cpp
std::vector<Check> uncopied_checks();     ///< not_replicated.cpp
std::vector<Check> trigger_checks();      ///< triggers.cpp
std::vector<Check> sequence_checks();     ///< sequences.cpp
std::vector<Check> role_checks();         ///< roles_and_grants.cpp
std::vector<Check> setting_checks();      ///< settings.cpp
std::vector<Check> collation_checks();    ///< collations.cpp
std::vector<Check> capacity_checks();     ///< capacity.cpp
std::vector<Check> workload_checks();     ///< workload.cpp
std::vector<Check> session_checks();      ///< sessions.cpp
std::vector<Check> configured_checks();   ///< configured.cpp
std::vector<Check> clock_checks();        ///< clocks.cpp
std::vector<Check> agent_checks();        ///< bouncers_agents.cpp
std::vector<Check> pooling_checks();      ///< bouncers_pooling.cpp
std::vector<Check> timeout_checks();      ///< bouncers_timeouts.cpp
std::vector<Check> entry_checks();        ///< bouncers_entries.cpp
std::vector<Check> route_checks();        ///< bouncers_routes.cpp

}  // namespace cutover
