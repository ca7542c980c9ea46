// `cutover prepare`: what blue needs before green can be cloned or filled. Next: publications.h,
// replica_identity.h, ddl_guard.h.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> prepare_checks();
/// The publication before its slot: a slot that is older than its publication fails to decode for
/// ever.
std::vector<PhaseStep> prepare_steps();

}  // namespace cutover
