// A directory that lives as long as this object. One that outlived its process (SIGKILL) is removed
// by the next process that makes a directory: its name says whose it was.
#pragma once

#include <filesystem>
#include <string>

namespace cutover::support {

class TemporaryDirectory {
 public:
  /// Short names: unix sockets inside must fit into 107 bytes.
  explicit TemporaryDirectory(const std::string& purpose = "d");
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Removes directories of processes that are gone. Called once per process by the first
/// TemporaryDirectory.
void sweep_stale_directories();

void write_file(const std::filesystem::path& path, const std::string& text);
/// "" when there is no such file.
std::string read_file(const std::filesystem::path& path);

}  // namespace cutover::support
