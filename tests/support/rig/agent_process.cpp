#include "tests/support/rig/agent_process.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds limit{20000};

bool accepts(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

}  // namespace

struct AgentProcess::Impl {
  explicit Impl(AgentOptions given) : options(std::move(given)), directory("ag") {}

  void write_files() const;
  void start();

  AgentOptions options;
  TemporaryDirectory directory;
  FreePort metrics_port;
  std::optional<ChildProcess> process;
};

void AgentProcess::Impl::write_files() const {
  for (const char* folder : {"run", "state"}) {
    fs::create_directory(directory / folder);
    hand_to_server_user(directory / folder);
  }
  std::string text = "[agent]\nsocket = \"" + (directory / "run/agent.sock").string() +
                     "\"\nstate_dir = \"" + (directory / "state").string() + "\"\n";
  for (const auto& bouncer : options.bouncers)
    text += "[[pgbouncer]]\nname = \"" + bouncer.name + "\"\nini = \"" + bouncer.ini.string() +
            "\"\nadmin = \"" + bouncer.admin + "\"\n";
  text += "[metrics]\nlisten = \"127.0.0.1:" + std::to_string(metrics_port.number()) + "\"\n";
  write_file(directory / "agent.toml", text);
}

void AgentProcess::Impl::start() {
  ChildOptions child{.argv = {agent_program(), "--config", directory / "agent.toml", "serve"}};
  child.environment = options.environment;
  child.user = server_user();
  child.log = directory / "log";
  child.directory = "/";
  // Counts of what was reached are written by a program that ends by itself.
  if (std::getenv("CUTOVER_TEST_COVERAGE") != nullptr) child.signal_when_destroyed = SIGTERM;
  process.reset();
  process.emplace(std::move(child));
  const fs::path socket = directory / "run/agent.sock";
  eventually(limit, [&] { return accepts(socket) || !process->is_running(); });
  if (!process->is_running() || !accepts(socket))
    throw std::runtime_error("cutover-agent does not serve:\n" + read_file(directory / "log"));
}

AgentOptions::Bouncer bouncer_of(const std::string& name, const PgbouncerServer& server) {
  return {name, server.ini_path(), server.admin_conninfo()};
}

AgentProcess::AgentProcess(AgentOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->write_files();
  impl_->start();
}

AgentProcess::AgentProcess(AgentProcess&&) noexcept = default;
AgentProcess& AgentProcess::operator=(AgentProcess&&) noexcept = default;
AgentProcess::~AgentProcess() = default;

void AgentProcess::start() {
  impl_->start();
}

void AgentProcess::ask_to_stop() {
  if (is_running()) impl_->process->signal(SIGTERM);
}

void AgentProcess::wait_for_end() {
  if (!impl_->process->wait(limit)) throw std::runtime_error("cutover-agent did not stop");
}

void AgentProcess::stop() {
  if (!is_running()) return;
  ask_to_stop();
  wait_for_end();
}

void AgentProcess::kill9() {
  if (!is_running()) return;
  impl_->process->signal(SIGKILL);
  impl_->process->wait(limit);
}

bool AgentProcess::is_running() const {
  return impl_->process.has_value() && impl_->process->is_running();
}

int AgentProcess::pid() const {
  return impl_->process->pid();
}
bool AgentProcess::serves() const {
  return accepts(socket());
}
std::string AgentProcess::url() const {
  return "unix://" + socket().string();
}

std::string AgentProcess::connect_command() const {
  return agent_program().string() + " --config " + config_path().string() + " connect";
}

std::uint16_t AgentProcess::metrics_port() const {
  return impl_->metrics_port.number();
}
fs::path AgentProcess::socket() const {
  return impl_->directory / "run/agent.sock";
}
fs::path AgentProcess::config_path() const {
  return impl_->directory / "agent.toml";
}
fs::path AgentProcess::state_directory() const {
  return impl_->directory / "state";
}
fs::path AgentProcess::log_file() const {
  return impl_->directory / "log";
}

}  // namespace cutover::support
