// Who looks on while the working process acts: shows the run, as a screen or as plain lines, and
// serves its metrics, in the process that waits. Whatever it does, the run does not wait for it: a
// terminal that is stopped or a pipe that nobody reads holds up this process alone.
#pragma once

#include <memory>
#include <vector>

#include "controller/checks/check.h"
#include "controller/commands/command_line.h"
#include "controller/commands/working_process.h"
#include "controller/config/config.h"
#include "controller/cutover/step.h"

namespace cutover {

class Onlooker {
 public:
  Onlooker(const CommandLine& line, const Config& config, const Plan& plan,
           const std::vector<CheckReport>& checks);
  ~Onlooker();

  WhileItWorks meanwhile();
  /// Looks no more, gives the screen back, and prints there what happened, as plain lines. Waits
  /// for nobody: threads end with the object.
  void leave();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
