// For tests of signals: they hold also where whoever started them ignores some (`nohup`, a script's
// job in the background).
#pragma once

#include <signal.h>

namespace cutover::support {

struct DefaultSignals {
  DefaultSignals() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGTTOU}) signal(number, SIG_DFL);
  }
};

}  // namespace cutover::support
