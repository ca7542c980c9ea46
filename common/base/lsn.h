// A position in PostgreSQL's write-ahead log.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace cutover {

/// A byte position in the WAL of one cluster and timeline; only positions of the same cluster
/// compare meaningfully.
struct Lsn {
  std::uint64_t value = 0;

  auto operator<=>(const Lsn&) const = default;
};

/// Reads pg_lsn's text form: two groups of 1 to 8 hexadecimal digits with a slash between, nothing
/// else ("16/B374D848").
Result<Lsn> parse_lsn(std::string_view text);

/// As PostgreSQL prints it: upper-case, no leading zeros.
std::string to_text(Lsn lsn);

}  // namespace cutover
