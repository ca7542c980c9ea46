// Recovery: what to do with the state a dead run left behind. Pure; it needs no journal, only
// blue's row and the agents.
#pragma once

#include <string>
#include <vector>

#include "controller/cutover/fleet.h"

namespace cutover {

enum class RecoveryWish { none, back, forward };

enum class RecoveryCourse {
  nothing,  ///< all-blue or all-green already, nothing is left behind
  back,
  forward,
  refused,  ///< the wish is not safe here, or this is no state that a run leaves
};

/// "nothing", "back", "forward", "refused"
const char* name_of(RecoveryCourse course);

struct RecoveryDecision {
  RecoveryCourse course = RecoveryCourse::refused;
  std::string why;
  std::string hint = {};
};

/// To be asked with looks taken after the epoch was raised on blue, on green and on every agent in
/// reach. An agent with an intent, out of reach, or without the claim that blue's row holds, counts
/// as switched; and so does an old fence that is not known to stand (Observer::old_fence_stands).
RecoveryDecision choose_course(const RunRecord& record, const std::vector<BouncerSight>& sights,
                               const Outcome& old_fence, RecoveryWish wish);

/// Done where no run stands half way, so that what it needs to be recovered may be taken away:
/// every agent was asked and has nothing staged, paused or promised, and all serve green, or all
/// serve a blue without a fence. Where blue was never claimed no agent has to be asked.
Outcome nothing_is_half_way(const RunRecord& record, const std::vector<BouncerSight>& sights);

}  // namespace cutover
