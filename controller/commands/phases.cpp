// The commands that are phases around the cutover: each is a list of checks and steps of
// controller/runbook.
#include "controller/commands/commands.h"
#include "controller/commands/phase_command.h"
#include "controller/runbook/copy.h"
#include "controller/runbook/finish.h"
#include "controller/runbook/prepare.h"
#include "controller/runbook/seed.h"
#include "controller/runbook/subscribe.h"

namespace cutover {
namespace {

Phase prepare_phase(const PhaseWishes&) {
  return {prepare_checks(), prepare_steps(), "Prepare blue for replication now?"};
}

Phase seed_phase(const PhaseWishes& wishes) {
  if (wishes.seed.copy)
    return {copy_checks(), copy_steps(), "Fill green from a snapshot of blue now?"};
  return {seed_checks(), seed_steps(),
          "Write green's seed down and drop what came with the clone?"};
}

Phase subscribe_phase(const PhaseWishes&) {
  return {subscribe_checks(), subscribe_steps(), "Let green follow blue now?"};
}

Phase finish_phase(const PhaseWishes&) {
  return {finish_checks(), finish_steps(),
          "Take away replication and all that the migration made? There is no way back after this.",
          "finish", PhaseCondition::nothing_half_way};
}

}  // namespace

CommandResult prepare_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config, prepare_phase);
}

CommandResult seed_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config, seed_phase);
}

CommandResult subscribe_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config, subscribe_phase);
}

CommandResult finish_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config, finish_phase);
}

}  // namespace cutover
