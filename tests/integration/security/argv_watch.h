// The command lines of everything that this process started, sampled while it runs: whoever is on
// the machine can read those.
#pragma once

#include <atomic>
#include <set>
#include <string>
#include <thread>

namespace cutover::tests {

class ArgvWatch {
 public:
  ArgvWatch();
  ArgvWatch(const ArgvWatch&) = delete;
  ArgvWatch& operator=(const ArgvWatch&) = delete;
  ~ArgvWatch();

  /// Ends the sampling; every command line seen, one a line.
  std::string seen();

 private:
  void look();

  std::atomic<bool> stopped_ = false;
  std::set<std::string> lines_;
  std::thread thread_;
};

}  // namespace cutover::tests
