// Where recovery ended, as a PostgreSQL server wrote it in its log.
#pragma once

#include <string>

#include "common/base/lsn.h"

namespace cutover {

/// Of the log's first recovery: the position after the last record it replayed, "invalid record
/// length at". Never "redo done at", which is where the last record begins: from there it would be
/// replicated twice. Later recoveries replay what green wrote itself.
Result<Lsn> end_of_recovery(const std::string& log);

}  // namespace cutover
