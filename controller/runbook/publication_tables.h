// Which tables can be published, and how several publications share them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cutover {

struct SizedTable {
  std::string name;  ///< quoted and qualified
  std::uint64_t bytes = 0;
};

/// Rows (nspname, relname, bytes): from 13 on roots of partition trees, on 12 their leaves.
std::string publishable_tables_sql(int server_version);

/// Rows (name): published tables, leaves of partition trees, whose rows cannot be told apart.
std::string tables_without_identity_sql();

/// Into `parts` lists of about the same size, the largest tables first.
std::vector<std::vector<std::string>> spread(std::vector<SizedTable> tables, std::size_t parts);

}  // namespace cutover
