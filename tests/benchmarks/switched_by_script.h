// A fleet that is moved by a script instead of this project, there and back as often as wanted: two
// subscriptions that leave out what came from the other side (PostgreSQL 16 and later), one of them
// enabled at a time, as it would be with one direction only.
#pragma once

#include <optional>
#include <string>

#include "tests/benchmarks/load_shape.h"

namespace cutover::bench {

enum class Alternative {
  runbook,   ///< alternatives/runbook_switch
  read_only  ///< alternatives/read_only_switch, then every PgBouncer is restarted
};

class SwitchedByScript {
 public:
  /// Agents are not started, the ini files are linked as the runbook has them.
  explicit SwitchedByScript(support::RigOptions fleet);

  support::CutoverRig& rig() { return rig_; }
  /// False: the script refused to begin, because of how far behind the flush position is.
  bool may_begin();
  /// To the other side; milliseconds that it took from the first step that clients felt.
  double switch_by(Alternative alternative);
  /// The side left follows the other one again, and has caught up. Between measurements.
  void follow();
  /// Where clients write now.
  std::string live_conninfo() const;

 private:
  support::PostgresServer& source() { return on_blue_ ? rig_.blue() : rig_.green(); }
  support::PostgresServer& target() { return on_blue_ ? rig_.green() : rig_.blue(); }
  const char* slot() const { return on_blue_ ? "there" : "back"; }
  support::Finished run(const std::string& script, const std::string& only_check = "");
  void restart_bouncers();
  void wait_until_applied();

  support::CutoverRig rig_;
  bool on_blue_ = true;
};

}  // namespace cutover::bench
