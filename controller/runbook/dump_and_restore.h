// pg_dump of blue at a snapshot and pg_restore into green, parallel, with progress.
#pragma once

#include "controller/runbook/copy_programs.h"
#include "controller/runbook/phase.h"

namespace cutover {

enum class CopyScope { everything, rows_only };
enum class Loader { superuser, ordinary_role };

struct CopyJob {
  CopyPrograms programs;
  std::string snapshot;
  CopyScope scope = CopyScope::everything;
  Loader loader = Loader::superuser;  ///< an ordinary role switches no trigger off
  std::uint64_t tables = 0;           ///< for the progress
};

/// Their files are in a directory of `options.directory` that is removed at the end.
Task<Outcome> dump_and_restore(PhaseServers& servers, CopyJob job);

}  // namespace cutover
