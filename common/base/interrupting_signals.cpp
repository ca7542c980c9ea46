#include "common/base/interrupting_signals.h"

namespace cutover {

std::vector<int> interrupting_signals() {
  std::vector<int> wanted;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now = {};
    sigaction(number, nullptr, &now);
    if (now.sa_handler != SIG_IGN) wanted.push_back(number);
  }
  return wanted;
}

sigset_t set_of(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signals) sigaddset(&set, number);
  return set;
}

}  // namespace cutover
