// A published table as `verify` compares it: what tells its rows apart, and each column as text
// that is the same on every major. Next: verify_sql.h, trial.h, verify.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cutover {

struct KeyColumn {
  std::string name;  ///< as in the catalogue
  std::string type;  ///< as SQL spells it, qualified
  bool operator==(const KeyColumn&) const = default;
};

/// The values of a key's columns, as text. Of a table without key: the digest of the row.
using RowKey = std::vector<std::string>;

struct ComparedTable {
  std::uint32_t oid = 0;  ///< on blue
  std::string name;       ///< quoted and qualified
  std::string label;      ///< schema.table as in the catalogue, for people
  bool partitioned = false;
  std::vector<KeyColumn> key;        ///< in the order of its index; empty: the table has none
  std::vector<std::string> columns;  ///< as in the catalogue
  std::vector<std::string> texts;    ///< SQL of each column's text
  std::uint64_t estimated_rows = 0;
  std::string obstacle;  ///< why it cannot be compared; empty: it can

  /// By "table" or "schema.table", as in the catalogue.
  bool is_called(const std::string& called) const;
  /// Changes when what was compared so far would mean something else.
  std::string signature() const;
};

}  // namespace cutover
