// A switch of PgBouncer's configuration on disk: planned, staged so that it survives the agent's
// death, applied, reverted. The only part of this library that touches the file system.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/ini/edit.h"
#include "common/base/outcome.h"
#include "common/base/result.h"

namespace cutover::ini {

/// A file rewritten in place; a symbolic link that leads to it stays.
struct FileChange {
  std::string path;       ///< as PgBouncer reads it
  std::string real_path;  ///< links followed, when planned
  std::string old_text;
  std::string new_text;

  bool operator==(const FileChange&) const = default;
};

/// A link to blue's file replaced by one to green's (or back); neither file is written.
struct LinkChange {
  std::string path;  ///< of the link
  std::string old_target;
  std::string new_target;  ///< as readlink gives them
  std::string old_text;
  std::string new_text;  ///< what the two files hold, which must not change meanwhile

  bool operator==(const LinkChange&) const = default;
};

/// Files, or one link, or nothing at all when every move was a no-op.
struct SwitchPlan {
  std::string ini_path;
  std::vector<FileChange> files;
  std::optional<LinkChange> link;
  std::vector<std::string> notes;

  bool is_empty() const { return files.empty() && !link; }
  bool operator==(const SwitchPlan&) const = default;
};

/// Writes nothing. The plan has passed `prove_only_moved`. `working_directory` is PgBouncer's.
Result<SwitchPlan> plan_switch(const std::string& ini_path, const std::vector<Move>& moves,
                               const std::string& working_directory);

/// What the plan changes, as a unified diff with passwords masked; "" for an empty plan.
std::string diff_of(const SwitchPlan& plan);

/// The slow half of `apply` (writing and fsyncing the new texts) ahead of the pause, in hidden
/// files beside the real ones. Optional; `remove_written_ahead` when the plan is given up.
Result<void> write_ahead(const SwitchPlan& plan);
Result<void> remove_written_ahead(const SwitchPlan& plan);

/// Idempotent: what is new already is left, what is old is replaced, anything else is somebody
/// else's edit and refuses before anything is written. A failure half way puts back what this call
/// wrote; `in_doubt` only if that fails too.
Outcome apply(const SwitchPlan& plan);

/// The same the other way round: every byte as it was when planned.
Outcome revert(const SwitchPlan& plan);

/// Every file and link is as after `apply` (or, for `is_reverted`, as before it).
bool is_applied(const SwitchPlan& plan);
bool is_reverted(const SwitchPlan& plan);

/// nullopt if replacing the file behind `ini_path` would work (tries all but the rename), else why
/// not, without a hint where it is the directory that forbids it.
std::optional<Error> directory_problem(const std::string& ini_path);

/// The same for every file and link of a plan, included files too.
std::optional<Error> why_it_cannot_be_applied(const SwitchPlan& plan);

}  // namespace cutover::ini
