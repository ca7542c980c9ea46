#include "tests/soak/process_figures.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace cutover::soak {

ProcessFigures figures_of(pid_t process) {
  const auto folder = std::filesystem::path("/proc") / std::to_string(process);
  ProcessFigures figures;
  std::ifstream status(folder / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) figures.resident_kib = std::stol(line.substr(6));
    if (line.starts_with("Threads:")) figures.threads = std::stol(line.substr(8));
  }
  std::error_code gone;
  for (std::filesystem::directory_iterator each(folder / "fd", gone), end; !gone && each != end;
       each.increment(gone))
    ++figures.descriptors;
  return figures;
}

}  // namespace cutover::soak
