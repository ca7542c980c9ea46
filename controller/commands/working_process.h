// A run is done by a child process: whatever kills it, the parent is there to recover at once, and
// whatever draws or counts is in the parent, never in the way.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace cutover {

/// How the child ended.
struct WorkEnd {
  std::optional<std::string> report;  ///< the one line it wrote; none when it died before it could
  std::string how;                    ///< "exited with 0", "was killed by signal 9 (Killed)"
};

/// What the child calls to tell the parent something while it works: one line. It never waits; a
/// line that finds no room is lost.
using Tell = std::function<void(const std::string& line)>;

/// What the parent does while it waits; all empty: nothing.
struct WhileItWorks {
  std::function<void()> begin = {};  ///< once, after the fork: threads may be started from here
  std::function<void(const std::string& line)> heard = {};  ///< what the child told
  /// What the child and its hooks print on stderr; empty: they print it themselves.
  std::function<void(const std::string& text)> printed = {};
  std::function<void()> tick = {};  ///< every now and then
  std::chrono::milliseconds tick_interval{100};
};

/// Forks; the child calls `work`, writes the line it returns to the parent and exits with 0. Must
/// be called while the process has a single thread and no io_context with open work. The parent
/// waits; a signal sent to it alone by which somebody asks it to end is passed on to the child, and
/// one from the terminal, which the child gets too, is left to the child. An exception that `work`
/// lets out is a death: it goes to stderr, and there is no report.
Result<WorkEnd> run_in_working_process(const std::function<std::string(const Tell&)>& work,
                                       const WhileItWorks& meanwhile = {});

}  // namespace cutover
