// CREATE PUBLICATION … FOR TABLE beside autovacuum.
#pragma once

#include <string>

namespace cutover {

/// `create` with time to wait, for a script: its lock on every table stops neither readers nor
/// writers, and autovacuum, which it may meet, lets go after deadlock_timeout only.
inline std::string patient_publication_sql(const std::string& create) {
  return "SET LOCAL lock_timeout = '5s'; " + create;
}

}  // namespace cutover
