#include "tests/support/temporary_directory.h"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "cutover-test.";

/// Start time in clock ticks, field 22 of /proc/PID/stat: with it a reused pid is told apart.
std::string start_time_of(const std::string& pid) {
  const std::string stat = read_file("/proc/" + pid + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return field;
}

std::string owner_mark() {
  const std::string pid = std::to_string(::getpid());
  return pid + "." + start_time_of(pid);
}

bool owner_is_gone(const std::string& name) {
  const auto pid_end = name.find('.', name_prefix.size());
  if (pid_end == std::string::npos) return false;
  const auto start_end = name.find('.', pid_end + 1);
  if (start_end == std::string::npos) return false;
  const std::string pid = name.substr(name_prefix.size(), pid_end - name_prefix.size());
  return start_time_of(pid) != name.substr(pid_end + 1, start_end - pid_end - 1);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const std::string& purpose) {
  static std::once_flag swept;
  std::call_once(swept, sweep_stale_directories);
  static std::atomic<int> next{0};
  const std::string name =
      std::string(name_prefix) + owner_mark() + "." + purpose + std::to_string(next.fetch_add(1));
  path_ = fs::temp_directory_path() / name;
  if (!fs::create_directory(path_)) throw std::runtime_error(path_.string() + " exists already");
  // Servers run as another user than a test that is root: they must get through.
  fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::group_read |
                             fs::perms::others_exec | fs::perms::others_read);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void sweep_stale_directories() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(name_prefix) || !owner_is_gone(name)) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace cutover::support
