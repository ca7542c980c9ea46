#include "tests/benchmarks/process_cost.h"

#include <sys/resource.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include "tests/support/process_list.h"
#include "tests/support/temporary_directory.h"

namespace cutover::bench {
namespace {

std::string proc_file(pid_t pid, const std::string& name) {
  return support::read_file("/proc/" + std::to_string(pid) + "/" + name);
}

double mebibytes_of(const std::string& status, const std::string& field) {
  const auto place = status.find(field + ":");
  if (place == std::string::npos) return 0;
  return std::stod(status.substr(place + field.size() + 1)) / 1024;
}

std::chrono::milliseconds processor_time(pid_t pid) {
  const std::string stat = proc_file(pid, "stat");
  if (stat.empty()) return std::chrono::milliseconds{0};
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / ::sysconf(_SC_CLK_TCK)};
}

}  // namespace

ProcessCost cost_of(pid_t pid) {
  const std::string status = proc_file(pid, "status");
  return {mebibytes_of(status, "VmRSS"), mebibytes_of(status, "VmHWM"), processor_time(pid)};
}

std::chrono::milliseconds processor_time_of_ended_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
  };
  return std::chrono::duration_cast<std::chrono::milliseconds>(of(usage.ru_utime) +
                                                               of(usage.ru_stime));
}

double resident_with_children(pid_t pid) {
  double sum = mebibytes_of(proc_file(pid, "status"), "VmRSS");
  for (const pid_t child : support::children_of(pid)) sum += resident_with_children(child);
  return sum;
}

}  // namespace cutover::bench
