// Which tables have no replica identity that serves: one rule for what prepare and subscribe set,
// and for what the checks of both ways say.
#pragma once

#include <string>

namespace cutover {

/// On `c`, a row of pg_class: what is generated is not replicated, so that FULL does not help where
/// green looks rows up by a generated primary key, nor from 18 on, where FULL means every column.
inline constexpr const char* full_identity_is_none_sql = R"sql(EXISTS (
  SELECT FROM pg_attribute AS a
  WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped
    AND (current_setting('server_version_num')::int >= 180000
         OR EXISTS (SELECT FROM pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisprimary
                      AND a.attnum = ANY (i.indkey::int2[])))
))sql";

/// On `c` likewise. A deferrable key is no identity for PostgreSQL, and with a generated column in
/// it UPDATE is refused on the publisher from 18 on, and fails in green's apply before that.
inline std::string lacks_replica_identity_sql() {
  return std::string(R"sql((
  c.relreplident = 'n'
  OR c.relreplident IN ('d', 'i') AND NOT EXISTS (
       SELECT FROM pg_index AS i
       WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
         AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END
         AND NOT EXISTS (
           SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
           WHERE k.position <= i.indnkeyatts AND a.attgenerated <> ''))
  OR c.relreplident = 'f' AND )sql") +
         full_identity_is_none_sql + ")";
}

}  // namespace cutover
