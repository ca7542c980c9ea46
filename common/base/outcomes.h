// Several outcomes as one.
#pragma once

#include <vector>

#include "common/base/outcome.h"

namespace cutover {

/// The kind that is furthest from done, with what all those tell that are not done; with what every
/// one tells when all are. The hint is one of the worst's. Of nothing: done.
Outcome worst_of(const std::vector<Outcome>& outcomes);
Outcome worse_of(const Outcome& one, const Outcome& other);

}  // namespace cutover
