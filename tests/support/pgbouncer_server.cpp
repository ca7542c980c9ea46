#include "tests/support/pgbouncer_server.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/conninfo_value.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;
using Pairs = PgbouncerOptions::Pairs;

constexpr std::chrono::milliseconds pgbouncer_limit{20000};
constexpr const char* admin = "pgbouncer";

std::string lines_of(const Pairs& pairs) {
  std::string lines;
  for (const auto& [name, value] : pairs) lines += name + " = " + value + "\n";
  return lines;
}

void set(Pairs& pairs, const std::string& name, const std::string& value) {
  const auto same = [&](const auto& pair) { return pair.first == name; };
  const auto found = std::find_if(pairs.begin(), pairs.end(), same);
  if (found == pairs.end()) {
    pairs.emplace_back(name, value);
  } else {
    found->second = value;
  }
}

void write_owned(const fs::path& path, const std::string& text) {
  write_file(path, text);
  hand_to_server_user(path);
}

void make_owned_directory(const fs::path& path) {
  fs::create_directory(path);
  hand_to_server_user(path);
}

}  // namespace

struct PgbouncerServer::Impl {
  explicit Impl(PgbouncerOptions given) : options(std::move(given)), directory("pb") {
    if (options.port == 0) port.emplace();
    write_files();
  }

  int number() const { return port ? port->number() : options.port; }
  fs::path etc() const { return directory / "etc"; }
  fs::path run() const { return directory / "run"; }
  fs::path log() const { return directory / "log"; }
  bool is_scram() const { return options.authentication == Authentication::scram; }
  std::string password_part(const std::string& user) const;
  std::string console_conninfo() const;
  std::string settings_text() const;
  void write_files() const;
  void write_ini() const;
  void start();

  PgbouncerOptions options;
  TemporaryDirectory directory;
  std::optional<FreePort> port;
  std::optional<ChildProcess> process;
};

std::string PgbouncerServer::Impl::password_part(const std::string& user) const {
  if (!is_scram()) return "";
  for (const auto& [name, password] : options.users)
    if (name == user) return " password=" + conninfo_value(password);
  return "";
}

std::string PgbouncerServer::Impl::console_conninfo() const {
  return "host=" + run().string() + " port=" + std::to_string(number()) + " user=" + admin +
         " dbname=pgbouncer" + password_part(admin);
}

std::string PgbouncerServer::Impl::settings_text() const {
  Pairs settings{{"listen_addr", "127.0.0.1"},
                 {"listen_port", std::to_string(number())},
                 {"unix_socket_dir", run()},
                 {"auth_type", is_scram() ? "scram-sha-256" : "trust"},
                 {"auth_file", etc() / "userlist.txt"},
                 {"admin_users", admin},
                 {"pool_mode", "transaction"},
                 {"default_pool_size", std::to_string(options.pool_size)},
                 {"max_client_conn", "800"},  // within the usual 1024 descriptors
                 {"server_login_retry", "0.5"},
                 {"ignore_startup_parameters", "extra_float_digits"},
                 {"so_reuseport", options.port == 0 ? "0" : "1"}};
  for (const auto& [name, value] : options.settings) set(settings, name, value);
  return "[pgbouncer]\n" + lines_of(settings);
}

void PgbouncerServer::Impl::write_ini() const {
  const std::string databases = "[databases]\n" + lines_of(options.entries);
  const std::string settings = "\n" + settings_text();
  const fs::path ini = etc() / "pgbouncer.ini";
  switch (options.layout) {
    case IniLayout::plain:
      write_owned(ini, databases + settings);
      return;
    case IniLayout::included:
      write_owned(etc() / "databases.ini", databases);
      write_owned(ini, "%include " + (etc() / "databases.ini").string() + "\n" + settings);
      return;
    case IniLayout::linked:
      write_owned(etc() / "blue.pgbouncer.ini", databases + settings);
      write_owned(etc() / "green.pgbouncer.ini",
                  "[databases]\n" + lines_of(options.green_entries) + settings);
      fs::create_symlink("blue.pgbouncer.ini", ini);
      hand_to_server_user(ini);
      return;
  }
}

void PgbouncerServer::Impl::write_files() const {
  make_owned_directory(etc());
  make_owned_directory(run());
  std::string users;
  for (const auto& [name, password] : options.users)
    users += sql_identifier(name) + " " + sql_identifier(password) + "\n";
  write_owned(etc() / "userlist.txt", users);
  fs::permissions(etc() / "userlist.txt", fs::perms::owner_read | fs::perms::owner_write);
  write_ini();
}

void PgbouncerServer::Impl::start() {
  ChildOptions child{.argv = {"pgbouncer", etc() / "pgbouncer.ini"}};
  child.user = server_user();
  child.log = log();
  child.directory = "/";
  child.signal_when_destroyed = SIGTERM;
  process.reset();
  process.emplace(std::move(child));
  const auto answers = [this] { return SqlSession(console_conninfo()).is_open(); };
  eventually(pgbouncer_limit, [&] { return answers() || !process->is_running(); });
  if (!process->is_running() || !answers())
    throw std::runtime_error("pgbouncer did not start:\n" + read_file(log()));
}

PgbouncerServer::PgbouncerServer(PgbouncerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->start();
}

PgbouncerServer::PgbouncerServer(PgbouncerServer&&) noexcept = default;
PgbouncerServer& PgbouncerServer::operator=(PgbouncerServer&&) noexcept = default;
PgbouncerServer::~PgbouncerServer() = default;

std::uint16_t PgbouncerServer::port() const {
  return static_cast<std::uint16_t>(impl_->number());
}

std::string PgbouncerServer::conninfo(const std::string& entry, const std::string& user) const {
  return "host=127.0.0.1 port=" + std::to_string(port()) + " dbname=" + conninfo_value(entry) +
         " user=" + conninfo_value(user) + impl_->password_part(user);
}

std::string PgbouncerServer::admin_conninfo() const {
  return "host=" + socket_directory().string() + " port=" + std::to_string(port()) +
         " user=" + admin + " dbname=pgbouncer";
}

std::string PgbouncerServer::console_conninfo() const {
  return impl_->console_conninfo();
}

SqlResult PgbouncerServer::console(const std::string& command) const {
  return run_sql(console_conninfo(), command);
}

void PgbouncerServer::start() {
  impl_->start();
}

void PgbouncerServer::stop() {
  if (!is_running()) return;
  // From 1.23 on a first SIGTERM waits for the clients, and a second one does not.
  const auto stopped = [this] {
    impl_->process->signal(SIGTERM);
    return impl_->process->wait(std::chrono::milliseconds{200}).has_value();
  };
  if (!eventually(pgbouncer_limit, stopped)) throw std::runtime_error("pgbouncer did not stop");
}

void PgbouncerServer::restart() {
  stop();
  start();
}

void PgbouncerServer::kill9() {
  if (!is_running()) return;
  impl_->process->signal(SIGKILL);
  impl_->process->wait(pgbouncer_limit);
}

bool PgbouncerServer::is_running() const {
  return impl_->process.has_value() && impl_->process->is_running();
}

int PgbouncerServer::pid() const {
  return impl_->process->pid();
}
fs::path PgbouncerServer::ini_path() const {
  return impl_->etc() / "pgbouncer.ini";
}
fs::path PgbouncerServer::directory() const {
  return impl_->etc();
}
fs::path PgbouncerServer::socket_directory() const {
  return impl_->run();
}
fs::path PgbouncerServer::log_file() const {
  return impl_->log();
}

}  // namespace cutover::support
