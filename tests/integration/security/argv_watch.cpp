#include "tests/integration/security/argv_watch.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/process_list.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

constexpr std::chrono::milliseconds between_looks{3};

std::string command_line_of(pid_t pid) {
  std::string line = support::read_file("/proc/" + std::to_string(pid) + "/cmdline");
  std::ranges::replace(line, '\0', ' ');
  return line;
}

}  // namespace

ArgvWatch::ArgvWatch()
    : thread_([this] {
        const auto look_again = [this] {
          look();
          return stopped_.load();
        };
        support::eventually(std::chrono::hours(1), look_again, between_looks);
      }) {}

ArgvWatch::~ArgvWatch() {
  seen();
}

std::string ArgvWatch::seen() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

void ArgvWatch::look() {
  std::vector<pid_t> found = {::getpid()};
  for (std::size_t next = 0; next < found.size(); ++next) {
    lines_.insert(command_line_of(found[next]));
    for (const pid_t child : support::children_of(found[next])) found.push_back(child);
  }
}

}  // namespace cutover::tests
