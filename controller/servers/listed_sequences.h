// Which sequences are brought to green: what reads them, and the check that they can be read.
#pragma once

namespace cutover {

/// FROM … WHERE …, with pg_sequence as s, pg_class as c and pg_namespace as n.
inline constexpr const char* listed_sequences_sql = R"(
FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('cutover', 'pg_catalog', 'information_schema'))";

}  // namespace cutover
