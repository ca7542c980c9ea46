// Which tables can be published, and how several publications share them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cutover {

struct SharedTable {
  std::string name;          ///< quoted and qualified
  std::uint64_t writes = 0;  ///< rows written since the server's statistics were reset
  std::uint64_t bytes = 0;
};

/// Rows (nspname, relname, bytes, writes): from 13 on roots of partition trees, on 12 their leaves.
std::string publishable_tables_sql(int server_version);

/// Rows (name): tables of extensions that belong to another role. They can be neither altered nor
/// published, and are left out here.
std::string tables_left_out_sql();

/// Rows (oid, nspname, relname, relreplident, name, fitting): tables, leaves of partition trees,
/// whose rows cannot be told apart, and the unique index that could tell them, or NULL: then FULL.
std::string tables_without_identity_sql();

/// Rows (name): those of them that FULL does not help, because of generated columns.
std::string unidentifiable_tables_sql();

/// Into `parts` lists that are written to about equally; what is never written, by number.
std::vector<std::vector<std::string>> spread(std::vector<SharedTable> tables, std::size_t parts);

}  // namespace cutover
