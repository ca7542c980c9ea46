// One PgBouncer process with all an agent needs to move its entries: its console, its files, what
// was staged for it.
#pragma once

#include <optional>

#include "agent/config.h"
#include "agent/drain.h"
#include "agent/host_process.h"
#include "agent/ini/staging.h"
#include "agent/reroute.h"
#include "agent/resume.h"

namespace cutover::agent {

/// What becomes of an entry that the files already lead to its new route.
enum class AlreadyThere { is_refused, is_left_out };

class Bouncer {
 public:
  /// Staged files are kept below `state_dir`.
  Bouncer(BouncerConfig config, std::unique_ptr<ConsoleDialer> dialer,
          const std::string& state_dir);

  const std::string& name() const { return config_.name; }
  const BouncerConfig& config() const { return config_; }
  Console& console() { return console_; }

  /// The moves whose entries this process serves, checked against what it runs: every one holds its
  /// old route (or, where `may_have_moved`, its new one) and nothing of it is paused.
  Task<Result<Moves>> check_moves(Moves moves, bool may_have_moved);
  /// What the switch would change on disk. Writes nothing. Refused where "*" moves beside a line
  /// that stays, unless it is past the time to refuse (`already_there` is left out).
  Task<Result<ini::SwitchPlan>> plan(Moves moves, AlreadyThere already_there);

  /// How `databases` (SHOW DATABASES) differ from the files; what cannot be read differs.
  std::string drift(const std::vector<ConsoleRow>& databases) const;

  Outcome stage(ini::SwitchPlan plan);
  /// Reads back what an earlier agent staged.
  Result<void> load_staged();
  Result<void> drop_staged();
  Result<void> keep_staged_as_previous();

  /// Notes the settings that a RELOAD must not change, and opens the lines a pause needs; refused
  /// for a process that is shutting down.
  Task<Outcome> prepare_pause(std::size_t entries);
  Task<Outcome> pause(PauseOrder order);
  Task<Outcome> resume(Moves moves);
  /// See resume.h.
  Task<Outcome> watch_queue(Moves moves, std::chrono::milliseconds limit);
  Task<void> put_back_login_retry();

  /// Puts the staged text in place; one that somebody else changed meanwhile is edited anew.
  Task<Outcome> write_files(Moves moves);
  Task<Outcome> go_to_new_route(Moves moves);

 private:
  Task<Result<ini::ConfigFiles>> read_files();
  std::string working_directory() const;
  std::string named(const std::string& text) const { return config_.name + ": " + text; }
  Outcome named(Outcome outcome) const;

  BouncerConfig config_;
  Console console_;
  std::string staging_directory_;
  std::string pidfile_;
  std::optional<ini::SwitchPlan> staged_;
  Canaries canaries_;
  LoginRetry login_retry_;
};

}  // namespace cutover::agent
