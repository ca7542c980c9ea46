#include "controller/live/learned_moves.h"

#include "controller/link/entry_moves.h"

namespace cutover {

LearnedMoves learn_moves(const Config& config, const FleetAnswer<proto::Inspection>& inspections) {
  LearnedMoves learned;
  for (std::size_t i = 0; i < inspections.size(); ++i) {
    const auto& [bouncer, inspection] = inspections[i];
    if (!inspection) {
      learned.errors.push_back(within_context(bouncer, inspection.error()));
      continue;
    }
    const auto plan = entry_moves(config, config.bouncers[i], *inspection);
    if (plan) {
      learned.by_bouncer[bouncer] = plan->moves;
    } else {
      learned.errors.push_back(within_context(bouncer, plan.error()));
    }
  }
  return learned;
}

}  // namespace cutover
