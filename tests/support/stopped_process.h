// A process that hangs: its peers hear nothing of it, not even an end.
#pragma once

#include <signal.h>

namespace cutover::support {

class StoppedProcess {
 public:
  /// 0: none.
  explicit StoppedProcess(pid_t process) : process_(process) {
    if (process_ > 0) ::kill(process_, SIGSTOP);
  }
  StoppedProcess(const StoppedProcess&) = delete;
  StoppedProcess& operator=(const StoppedProcess&) = delete;
  ~StoppedProcess() { go_on(); }

  void go_on() {
    if (process_ > 0) ::kill(process_, SIGCONT);
    process_ = 0;
  }

 private:
  pid_t process_;
};

}  // namespace cutover::support
