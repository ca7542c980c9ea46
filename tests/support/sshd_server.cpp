#include "tests/support/sshd_server.h"

#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/process_list.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds limit{20000};

void make_key(const fs::path& path) {
  run_or_throw(
      {.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "cutover-test", "-f", path}});
}

/// "ssh-ed25519 AAAA…", without the comment.
std::string public_key(const fs::path& path) {
  std::istringstream words(read_file(path.string() + ".pub"));
  std::string kind;
  std::string key;
  words >> kind >> key;
  return kind + " " + key;
}

/// Without PAM sshd refuses an account whose password is locked, with PAM it needs a set-up system.
bool account_is_locked(const std::string& user) {
  const spwd* entry = ::getspnam(user.c_str());
  return entry != nullptr && entry->sp_pwdp != nullptr && entry->sp_pwdp[0] == '!';
}

std::string user_name() {
  const passwd* user = ::getpwuid(::getuid());
  if (user == nullptr) throw std::runtime_error("the user of this process has no name");
  return user->pw_name;
}

}  // namespace

struct SshdServer::Impl {
  explicit Impl(SshdOptions given) : options(std::move(given)), directory("ssh") {}
  ~Impl() { end(); }

  void write_files() const;
  std::string config() const;
  bool listens() const;
  void start();
  void signal_connections(int number);
  void end();

  SshdOptions options;
  TemporaryDirectory directory;
  FreePort port;
  std::string user = user_name();
  std::optional<ChildProcess> process;
};

std::string SshdServer::Impl::config() const {
  std::ostringstream text;
  text << "ListenAddress 127.0.0.1\nPort " << port.number() << "\nHostKey "
       << (directory / "host_key").string() << "\nAuthorizedKeysFile "
       << (directory / "authorized_keys").string() << "\nPidFile none\n"
       << "StrictModes no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
       << "KbdInteractiveAuthentication no\nUsePAM " << (account_is_locked(user) ? "yes" : "no")
       << "\nMaxStartups 100\nMaxSessions 100\nPrintMotd no\nUseDNS no\nLogLevel VERBOSE\n";
  return text.str();
}

void SshdServer::Impl::write_files() const {
  for (const char* key : {"host_key", "wrong_key", "user_key"}) make_key(directory / key);
  const std::string restriction =
      options.forced_command.empty() ? "" : "command=\"" + options.forced_command + "\",restrict ";
  write_file(directory / "authorized_keys",
             restriction + public_key(directory / "user_key") + "\n");
  const std::string host = "[127.0.0.1]:" + std::to_string(port.number()) + " ";
  write_file(directory / "known_hosts", host + public_key(directory / "host_key") + "\n");
  write_file(directory / "wrong_known_hosts", host + public_key(directory / "wrong_key") + "\n");
  write_file(directory / "sshd_config", config());
}

bool SshdServer::Impl::listens() const {
  return read_file(directory / "log").find("Server listening on") != std::string::npos;
}

void SshdServer::Impl::start() {
  // The package's unit makes it; sshd as root does not start without.
  if (::getuid() == 0) fs::create_directories("/run/sshd");
  std::error_code ignored;
  fs::remove(directory / "log", ignored);
  process.reset();
  process.emplace(
      ChildOptions{.argv = {"/usr/sbin/sshd", "-D", "-e", "-f", directory / "sshd_config"},
                   .log = directory / "log",
                   .signal_when_test_dies = SIGTERM});
  eventually(limit, [this] { return listens() || !process->is_running(); });
  if (!listens()) throw std::runtime_error("sshd did not start:\n" + read_file(directory / "log"));
}

void SshdServer::Impl::signal_connections(int number) {
  if (!process) return;
  for (const pid_t connection : children_of(process->pid())) {
    // Without privileges the session's process answers the client, with them its monitor's child.
    for (const pid_t session : children_of(connection)) ::kill(session, number);
    ::kill(connection, number);
  }
}

void SshdServer::Impl::end() {
  if (!process) return;
  process->signal(SIGSTOP);  // no new connection escapes
  signal_connections(SIGKILL);
  process.reset();
}

SshdServer::SshdServer(SshdOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->write_files();
  impl_->start();
}

SshdServer::SshdServer(SshdServer&&) noexcept = default;
SshdServer& SshdServer::operator=(SshdServer&&) noexcept = default;
SshdServer::~SshdServer() = default;

std::uint16_t SshdServer::port() const {
  return impl_->port.number();
}
std::string SshdServer::user() const {
  return impl_->user;
}
std::string SshdServer::url() const {
  return "ssh://" + user() + "@127.0.0.1:" + std::to_string(port());
}
fs::path SshdServer::identity() const {
  return impl_->directory / "user_key";
}
fs::path SshdServer::known_hosts() const {
  return impl_->directory / "known_hosts";
}
fs::path SshdServer::wrong_known_hosts() const {
  return impl_->directory / "wrong_known_hosts";
}
fs::path SshdServer::log_file() const {
  return impl_->directory / "log";
}
void SshdServer::start() {
  impl_->start();
}
void SshdServer::stop() {
  impl_->end();
}
void SshdServer::cut_connections() {
  impl_->signal_connections(SIGKILL);
}
void SshdServer::freeze_connections() {
  impl_->signal_connections(SIGSTOP);
}

}  // namespace cutover::support
