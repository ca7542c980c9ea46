// What PgBouncer's own tables say of pools: SHOW CONFIG, SHOW DATABASES, SHOW POOLS, read by name
// because columns change with the version. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/checks/checked_bouncers.h"
#include "controller/checks/numbers.h"

namespace cutover {

/// "" when there is no such column, or it was NULL.
std::string column(const proto::Row& row, const std::string& name);
std::string setting(const proto::ProcessInspection& process, const std::string& name);

/// The names of the entries that move on this bouncer; an error says why that is not known.
Result<std::vector<std::string>> moved_entries(const Config& config, const CheckedBouncer& bouncer);

/// Of SHOW DATABASES the rows of these entries.
std::vector<proto::Row> rows_of(const proto::ProcessInspection& process,
                                const std::vector<std::string>& entries);

/// How many server connections the moved entries may open: pool_size and reserve of each pool that
/// exists now (one at least), kept below max_db_connections. A size that cannot be read is an
/// error.
Result<std::uint64_t> connections_of(const proto::ProcessInspection& process,
                                     const std::vector<std::string>& entries);
Result<std::uint64_t> connections_of(const Config& config, const CheckedBouncer& bouncer);

/// "bouncer-1/main", or "bouncer-1" where the host has one process.
std::string place_of(const CheckedBouncer& bouncer, const proto::ProcessInspection& process);

}  // namespace cutover
