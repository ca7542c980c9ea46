#include "tests/integration/phases/clone.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"

namespace cutover::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds limit{120000};

fs::path upgrade_directory() {
  return support::postgres_programs(13).parent_path().parent_path() / "upgrade-13-17";
}

/// Of Debian's packages: it clones servers of its own major and of older ones.
fs::path newest_pg_basebackup() {
  for (int major = 18; major >= 15; --major) {
    const auto program =
        fs::path("/usr/lib/postgresql") / std::to_string(major) / "bin/pg_basebackup";
    if (fs::exists(program)) return program;
  }
  throw std::runtime_error("pg_basebackup is missing; hint: scripts/setup installs it");
}

void run_as_server(std::vector<std::string> argv, const fs::path& directory) {
  support::ChildOptions options{.argv = std::move(argv)};
  options.user = support::server_user();
  options.directory = directory;
  support::run_or_throw(std::move(options), limit);
}

/// Its configuration is blue's.
void start_on_its_own(support::PostgresServer& clone) {
  clone.configure({{"port", std::to_string(clone.port())},
                   {"unix_socket_directories", clone.socket_directory()}});
  clone.start();
}

void back_up_into(support::PostgresServer& clone, const support::PostgresServer& blue) {
  clone.stop();
  fs::remove_all(clone.data_directory());
  run_as_server({newest_pg_basebackup(), "-D", clone.data_directory(), "-d", blue.conninfo(), "-X",
                 "stream", "-c", "fast", "--no-sync"},
                "/");
}

}  // namespace

void clone_into(support::PostgresServer& clone, const support::PostgresServer& blue) {
  back_up_into(clone, blue);
  start_on_its_own(clone);
}

void promote_into(support::PostgresServer& clone, const support::PostgresServer& blue) {
  back_up_into(clone, blue);
  // What a newer pg_basebackup writes of itself, an older server's libpq does not know.
  std::ofstream(clone.data_directory() / "standby.signal");
  clone.configure({{"primary_conninfo", blue.conninfo()}});
  start_on_its_own(clone);
  const auto end = blue.sql("SELECT pg_current_wal_insert_lsn()").value();
  const bool has_it = support::eventually(std::chrono::seconds(60), [&] {
    return clone.sql("SELECT pg_last_wal_replay_lsn() >= '" + end + "'").value() == "t";
  });
  if (!has_it) throw std::runtime_error("the standby does not receive blue's WAL");
  if (clone.sql("SELECT pg_promote()").value() != "t")
    throw std::runtime_error("the standby was not promoted");
}

void snapshot_into(support::PostgresServer& clone, support::PostgresServer& blue) {
  clone.stop();
  fs::remove_all(clone.data_directory());
  blue.kill9();
  run_as_server({"cp", "-a", blue.data_directory(), clone.data_directory()}, "/");
  fs::remove(clone.data_directory() / "postmaster.pid");
  blue.start();
  start_on_its_own(clone);
}

bool has_pg_upgrade() {
  return fs::exists(upgrade_directory() / ".cutover-version");
}

void upgrade_into(support::PostgresServer& green, support::PostgresServer& clone) {
  clone.stop();
  green.stop();
  const fs::path old_programs = upgrade_directory() / "old/bin";
  const fs::path new_programs = upgrade_directory() / "new/lib/postgresql/17/bin";
  const fs::path place = green.socket_directory();
  const fs::path upgraded = place / "upgraded";
  run_as_server({new_programs / "initdb", "-D", upgraded, "-U", "postgres", "-A", "trust",
                 "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"},
                place);
  const support::FreePort old_port;
  const support::FreePort new_port;
  run_as_server({new_programs / "pg_upgrade", "-b", old_programs, "-B", new_programs, "-d",
                 clone.data_directory(), "-D", upgraded, "-U", "postgres", "-p",
                 std::to_string(old_port.number()), "-P", std::to_string(new_port.number())},
                place);
  for (const char* file : {"postgresql.conf", "pg_hba.conf"})
    fs::copy_file(green.data_directory() / file, upgraded / file,
                  fs::copy_options::overwrite_existing);
  fs::remove_all(green.data_directory());
  fs::rename(upgraded, green.data_directory());
  green.start();
}

}  // namespace cutover::tests
