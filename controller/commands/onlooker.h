// Who looks on while the working process acts: shows the run on a terminal and serves its metrics,
// in the process that waits. Whatever it does, the run does not wait for it.
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

  /// It has the terminal: nobody else may print there.
  bool draws() const;
  WhileItWorks meanwhile();
  /// Looks no more, gives the screen back, and prints there what happened, as plain lines. Waits
  /// for nobody: threads end with the object.
  void leave();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
