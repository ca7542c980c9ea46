// Which pg_dump and pg_restore may copy blue into green, and where they are.
#pragma once

#include <filesystem>
#include <string>

#include "common/async/task.h"
#include "common/base/result.h"

namespace cutover {

/// Major versions.
struct CopyVersions {
  int pg_dump = 0;
  int pg_restore = 0;
};

/// Why they cannot copy between servers of these majors; empty where they can. pg_dump reads no
/// server newer than itself and pg_restore no archive of a newer pg_dump; pg_restore sets
/// transaction_timeout from 17 on, which green must know.
std::string why_unfit(CopyVersions versions, int blue_major, int green_major);

struct CopyPrograms {
  std::filesystem::path directory;  ///< empty: where PATH finds them
  CopyVersions versions;

  std::string path_of(const std::string& program) const { return (directory / program).string(); }
  std::string said() const;  ///< "pg_dump 17, pg_restore 17 of /usr/lib/postgresql/17/bin"
};

/// Those of PATH where they are fit, else the newest that are, from green's major down to blue's,
/// where the packages of Debian and those of postgresql.org for Red Hat put them. An error says
/// what is wrong with those of PATH.
Task<Result<CopyPrograms>> find_copy_programs(int blue_major, int green_major);

}  // namespace cutover
