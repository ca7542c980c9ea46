// What people read on stdout; silent under --json, where stdout holds the one object and nothing
// else.
#pragma once

#include <cstdio>
#include <string>

#include "controller/commands/command_line.h"

namespace cutover {

class Screen {
 public:
  explicit Screen(const CommandLine& line)
      : out_(line.json ? stderr : stdout), silent_(line.json || line.verbosity < 0) {}

  void print(const std::string& text) const {
    if (silent_) return;
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fflush(out_);
  }
  /// For listeners that print by themselves: stderr under --json.
  std::FILE* file() const { return out_; }

 private:
  std::FILE* out_;
  bool silent_;
};

}  // namespace cutover
