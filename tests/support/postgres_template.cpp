#include "tests/support/postgres_template.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/postgres_server.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

/// Holds a lock file while the object lives, so that parallel test programs make a template once.
class LockedFile {
 public:
  explicit LockedFile(const fs::path& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0)
      throw std::runtime_error("cannot lock " + path.string());
  }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  ~LockedFile() { ::close(file_); }

 private:
  int file_;
};

/// Per user, since the files belong to one; outlives tests on purpose.
fs::path template_cache() {
  const fs::path cache = "/var/tmp/cutover-test-initdb-" + std::to_string(::getuid());
  if (fs::create_directory(cache)) hand_to_server_user(cache);
  return cache;
}

void run_initdb(int major, const fs::path& data) {
  const std::string program = postgres_programs(major) / "initdb";
  ChildOptions options{.argv = {program, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync",
                                "--encoding=UTF8", "--locale=C.UTF-8"}};
  options.user = server_user();
  options.directory = "/";
  run_or_throw(std::move(options));
}

/// The version with its minor, so that another package makes another template.
std::string version_of(int major) {
  std::string text = run_or_throw({.argv = {postgres_programs(major) / "postgres", "--version"}});
  const auto begin = text.find_first_of("0123456789");
  return text.substr(begin, text.find_first_not_of("0123456789.", begin) - begin);
}

fs::path ready_template(int major, const std::string& cluster) {
  const fs::path cache = template_cache();
  const fs::path ready = cache / (version_of(major) + "-" + cluster);
  const LockedFile lock(ready.string() + ".lock");
  if (fs::exists(ready)) return ready;
  const fs::path staged = ready.string() + ".staged";
  fs::remove_all(staged);
  run_initdb(major, staged);
  fs::rename(staged, ready);
  return ready;
}

}  // namespace

void make_data_directory(int major, const std::string& cluster, const fs::path& data) {
  if (postgres_programs(major).empty())
    throw std::runtime_error("PostgreSQL " + std::to_string(major) +
                             " is not installed; run scripts/setup-postgres");
  run_or_throw({.argv = {"cp", "-a", "--reflink=auto", ready_template(major, cluster), data}});
}

}  // namespace cutover::support
