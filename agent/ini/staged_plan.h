// A SwitchPlan kept in the agent's state directory, so that an agent that was killed can finish it
// or take it back. Readable by the agent's user only: configuration files hold passwords.
#pragma once

#include <optional>
#include <string>

#include "agent/ini/staging.h"

namespace cutover::ini {

/// Writes STATE_DIR/staged.json, fsynced, in place of an earlier one.
Result<void> stage(const SwitchPlan& plan, const std::string& state_dir);

/// Nothing when nothing is staged; an error when what is there cannot be read or was damaged.
Result<std::optional<SwitchPlan>> load_staged(const std::string& state_dir);

/// Forgets a plan that will not be applied.
Result<void> discard(const std::string& state_dir);

/// Keeps a plan that was applied, with the old texts, as STATE_DIR/previous/NUMBER.json.
Result<void> keep_as_previous(const std::string& state_dir);

/// The plan as staged.json holds it, and back.
std::string to_json(const SwitchPlan& plan);
Result<SwitchPlan> plan_from_json(const std::string& text);

}  // namespace cutover::ini
