#include "tests/support/postgres_server.h"

#include <libpq-fe.h>
#include <sys/shm.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/conninfo_value.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/postgres_template.h"
#include "tests/support/process_list.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;
using Settings = std::vector<std::pair<std::string, std::string>>;

constexpr std::chrono::milliseconds start_limit{60000};
constexpr std::chrono::milliseconds stop_limit{20000};

Settings settings_of(const PostgresOptions& options, const fs::path& directory, int port) {
  Settings settings{{"listen_addresses", "127.0.0.1"},
                    {"port", std::to_string(port)},
                    {"unix_socket_directories", directory},
                    {"max_connections", std::to_string(options.max_connections)},
                    {"wal_level", "logical"},
                    {"max_wal_senders", "20"},
                    {"max_replication_slots", "20"},
                    {"max_worker_processes", "30"},
                    {"max_logical_replication_workers", "20"},
                    {"shared_buffers", "64MB"},
                    // In the data directory, so that a crash leaves nothing in /dev/shm.
                    {"dynamic_shared_memory_type", "mmap"},
                    {"log_line_prefix", "%m [%p] %q%u@%d %a "}};
  if (options.durability == Durability::fast)
    settings.insert(settings.end(), {{"fsync", "off"}, {"full_page_writes", "off"}});
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  return settings;
}

void append_settings(const fs::path& data, const Settings& settings) {
  std::ofstream file(data / "postgresql.conf", std::ios::app);
  for (const auto& [name, value] : settings) file << name << " = " << sql_literal(value) << "\n";
}

void allow_connections(const fs::path& data, const std::string& method) {
  std::string lines = "local all all trust\nlocal replication all trust\n";
  for (const char* database : {"all", "replication"})
    lines += std::string("host ") + database + " all 127.0.0.1/32 " + method + "\n";
  std::ofstream(data / "pg_hba.conf", std::ios::trunc) << lines;
}

std::string end_of(const std::string& text) {
  return text.size() > 3000 ? text.substr(text.size() - 3000) : text;
}

/// The System V segment that tells a second server the directory is taken: a killed server cannot
/// remove it. Its id is the second number of line 7 of postmaster.pid.
std::optional<int> shared_memory_of(const fs::path& data) {
  std::istringstream lines(read_file(data / "postmaster.pid"));
  std::string line;
  for (int number = 1; number <= 7; ++number) std::getline(lines, line);
  std::istringstream numbers(line);
  unsigned long key = 0;
  int id = -1;
  if (numbers >> key >> id) return id;
  return std::nullopt;
}

}  // namespace

struct PostgresServer::Impl {
  explicit Impl(PostgresOptions given) : options(std::move(given)), directory("pg") {}
  ~Impl() {
    const auto segment = shared_memory_of(data());
    process.reset();
    if (segment) ::shmctl(*segment, IPC_RMID, nullptr);
  }

  fs::path data() const { return directory / "data"; }
  fs::path log() const { return directory / "log"; }
  bool answers() const;
  void start();
  void write_password_file() const;

  PostgresOptions options;
  TemporaryDirectory directory;
  FreePort port;
  std::optional<ChildProcess> process;
};

bool PostgresServer::Impl::answers() const {
  const std::string conninfo = "host=" + directory.path().string() +
                               " port=" + std::to_string(port.number()) +
                               " user=postgres dbname=postgres";
  return PQping(conninfo.c_str()) == PQPING_OK;
}

void PostgresServer::Impl::start() {
  ChildOptions child{.argv = {postgres_programs(options.major) / "postgres", "-D", data()}};
  child.user = server_user();
  child.log = log();
  child.directory = "/";
  child.environment["PGPASSFILE"] = directory / "pgpass";
  // Immediate shutdown: unlike SIGKILL it takes the backends along and frees shared memory.
  child.signal_when_test_dies = SIGQUIT;
  child.signal_when_destroyed = SIGQUIT;
  process.reset();
  process.emplace(std::move(child));
  eventually(start_limit, [this] { return answers() || !process->is_running(); });
  if (!answers()) throw std::runtime_error("postgres did not start:\n" + end_of(read_file(log())));
}

/// For subscriptions of this server to another with the same password.
void PostgresServer::Impl::write_password_file() const {
  const fs::path file = directory / "pgpass";
  write_file(file, "*:*:*:*:" + options.password + "\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  hand_to_server_user(file);
}

PostgresServer::PostgresServer(PostgresOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  const PostgresOptions& chosen = impl_->options;
  hand_to_server_user(impl_->directory.path());
  make_data_directory(chosen.major, chosen.cluster, impl_->data());
  configure(settings_of(chosen, impl_->directory.path(), impl_->port.number()));
  const bool scram = chosen.authentication == Authentication::scram;
  allow_connections(impl_->data(), scram ? "scram-sha-256" : "trust");
  if (scram) impl_->write_password_file();
  impl_->start();
  if (!scram) return;
  run_sql("host=" + socket_directory().string() + " port=" + std::to_string(port()) +
              " user=postgres dbname=postgres",
          "SET password_encryption = 'scram-sha-256'; ALTER ROLE postgres PASSWORD " +
              sql_literal(chosen.password));
}

PostgresServer::PostgresServer(PostgresServer&&) noexcept = default;
PostgresServer& PostgresServer::operator=(PostgresServer&&) noexcept = default;
PostgresServer::~PostgresServer() = default;

std::uint16_t PostgresServer::port() const {
  return impl_->port.number();
}
int PostgresServer::major() const {
  return impl_->options.major;
}

std::string PostgresServer::conninfo(const std::string& dbname, const std::string& user) const {
  std::string text = "host=127.0.0.1 port=" + std::to_string(port()) +
                     " dbname=" + conninfo_value(dbname) + " user=" + conninfo_value(user);
  if (user == "postgres" && impl_->options.authentication == Authentication::scram)
    text += " password=" + impl_->options.password;
  return text;
}

SqlResult PostgresServer::sql(const std::string& script, const std::string& dbname) const {
  return run_sql(conninfo(dbname), script);
}

void PostgresServer::start() {
  impl_->start();
}

void PostgresServer::stop() {
  if (!is_running()) return;
  impl_->process->signal(SIGINT);
  if (impl_->process->wait(stop_limit)) return;
  throw std::runtime_error("postgres did not stop:\n" + end_of(read_file(log_file())));
}

void PostgresServer::restart() {
  stop();
  start();
}

void PostgresServer::kill9() {
  if (!is_running()) return;
  const pid_t pid = impl_->process->pid();
  impl_->process->signal(SIGSTOP);  // no new child escapes
  const std::vector<pid_t> children = children_of(pid);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  impl_->process->signal(SIGKILL);
  impl_->process->wait(stop_limit);
  for (const pid_t child : children) eventually(stop_limit, [child] { return is_gone(child); });
}

void PostgresServer::configure(const Settings& settings) {
  append_settings(impl_->data(), settings);
}

bool PostgresServer::is_running() const {
  return impl_->process.has_value() && impl_->process->is_running();
}

fs::path PostgresServer::data_directory() const {
  return impl_->data();
}
fs::path PostgresServer::socket_directory() const {
  return impl_->directory.path();
}
fs::path PostgresServer::log_file() const {
  return impl_->log();
}

fs::path postgres_programs(int major) {
  const char* chosen = ::getenv("CUTOVER_POSTGRES_DIR");
  const fs::path cache = chosen != nullptr ? chosen : "/var/cache/cutover/postgres";
  const std::string name = std::to_string(major);
  for (const fs::path& programs :
       {cache / name / "bin", fs::path("/usr/lib/postgresql") / name / "bin"})
    if (fs::exists(programs / "postgres")) return programs;
  return {};
}

}  // namespace cutover::support
