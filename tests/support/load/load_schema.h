// The tables and sequences the load writes to: the shapes that real databases have, so that
// whatever moves them has met quoted names, partitions, serial and identity columns.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace cutover::support {

struct LoadSchema {
  int tables = 12;     ///< partitions not counted
  int sequences = 12;  ///< those of serial and identity columns counted
  /// Tables from this number on are plain, without a sequence of their own.
  int varied_tables = std::numeric_limits<int>::max();
  std::string owner = "app";
  std::string password = "secret";  ///< of the owner, who is made; empty: who is there already
};

/// One table, and the sequence that its tickets are drawn from; both names quoted for SQL.
struct LoadTable {
  std::string name;
  std::string ticket_sequence;  ///< empty: none
};

std::vector<LoadTable> load_tables(const LoadSchema& schema);

/// Makes the owner (an ordinary role with login), its two schemas and everything in them, as a
/// superuser. The same call makes the same schema on any major.
void create_load_schema(const std::string& conninfo, const LoadSchema& schema = {});

}  // namespace cutover::support
