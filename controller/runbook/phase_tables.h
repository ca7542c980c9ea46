// Tables of schema `cutover` that the phases need beside the protocol's own (controller/servers/
// schema.h). Same rules: the same shape on both sides, a primary key, every row names its side.
#pragma once

#include <string>

namespace cutover {

/// replica_identity: what prepare set and what was before, so that finish undoes exactly that.
/// ddl: what the guard saw. seed: the position of the clone.
std::string phase_tables_sql();

/// True as column `there` when a table of schema cutover exists: looks come before it does.
std::string has_table_sql(const std::string& table);

}  // namespace cutover
