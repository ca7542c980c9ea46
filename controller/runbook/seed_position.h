// The position on blue from which a cloned or copied green still needs changes: applied from
// earlier, rows double; from later, rows are missing.
#pragma once

#include <optional>

#include "controller/runbook/phase.h"

namespace cutover {

struct Seed {
  std::string lsn;
  std::string source;        ///< "given by hand", "replay position" …
  std::string caution = {};  ///< what may make it a wrong one, to stand behind it
};

/// What cutover.seed of green holds; it survives green's upgrade.
Task<Result<std::optional<Seed>>> recorded_seed(ServerSession& green);
Task<Outcome> record_seed(ServerSession& green, Seed seed);

/// As wished (by hand, from a log), else recorded, else as green itself knows it: by Aurora's
/// function, as where it left blue's timeline, or as what it replayed before it opened.
Task<Result<Seed>> find_seed(ServerSession& blue, ServerSession& green, SeedWish wish);

/// Refused unless every slot is at or before it, and it is at or before blue's end.
Task<Outcome> seed_fits(const PhaseSight& sight, Seed seed);

}  // namespace cutover
