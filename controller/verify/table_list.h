// Which tables are compared: every one that blue publishes, with what tells its rows apart.
#pragma once

#include "controller/config/config.h"
#include "controller/servers/server_session.h"
#include "controller/verify/compared_table.h"
#include "controller/verify/verify_sql.h"

namespace cutover {

/// By name. A table that cannot be compared is in the list, with why.
Task<Result<std::vector<ComparedTable>>> list_compared_tables(ServerSession& blue,
                                                              ServerSession& green,
                                                              DatabaseConfig database);

/// The heaps of blue that hold the table's rows, with all their pages.
Task<Result<std::vector<HeapPages>>> heaps_of(ServerSession& blue, std::uint32_t oid,
                                              std::chrono::milliseconds patience);

}  // namespace cutover
