#include "tests/support/rig/cutover_rig.h"

#include <stdexcept>

#include "tests/support/delaying_proxy.h"
#include "tests/support/rig/by_hand.h"
#include "tests/support/rig/programs.h"
#include "tests/support/rig/rig_config.h"
#include "tests/support/rig/rig_databases.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

PostgresOptions server_options(const RigOptions& options, bool blue) {
  PostgresOptions server;
  server.major = blue ? options.blue_major : options.green_major;
  server.cluster = blue ? "blue" : "green";
  server.durability = options.durability;
  server.authentication = options.authentication;
  server.password = options.password;
  server.max_connections = options.max_connections;
  server.settings = blue ? options.blue_settings : options.green_settings;
  return server;
}

}  // namespace

/// Proxies that make the servers of a rig far away for the controller.
struct FarController {
  DelayingProxy blue;
  DelayingProxy green;
  DelayingProxy sshd;
};

struct CutoverRig::Impl {
  struct Host {
    std::vector<PgbouncerServer> pgbouncers;
    std::unique_ptr<AgentProcess> agent;
  };

  explicit Impl(RigOptions given)
      : options(std::move(given)),
        directory("rig"),
        blue(server_options(options, true)),
        green(server_options(options, false)) {}

  PgbouncerServer make_pgbouncer(std::uint16_t shared_port) const;
  Host make_host() const;
  void start_sshd();
  void move_away();
  std::string bouncer_lines(std::size_t host) const;
  void write_config() const;
  ChildOptions cutover_child(const std::vector<std::string>& arguments) const;

  RigOptions options;
  TemporaryDirectory directory;
  PostgresServer blue;
  PostgresServer green;
  std::vector<Host> hosts;
  std::vector<SshdServer> sshds;       ///< empty, one, or one per host
  std::unique_ptr<FarController> far;  ///< only with a round trip
};

PgbouncerServer CutoverRig::Impl::make_pgbouncer(std::uint16_t shared_port) const {
  PgbouncerOptions bouncer{.entries = entries_to(options, blue)};
  bouncer.green_entries = entries_to(options, green);
  for (auto& [user, password] : bouncer.users) password = options.password;
  bouncer.settings = options.pgbouncer_settings;
  bouncer.authentication = options.authentication;
  bouncer.layout = options.layout;
  bouncer.pool_size = options.pool_size;
  bouncer.port = shared_port;
  if (options.pgbouncers_per_host > 1) bouncer.settings.emplace_back("so_reuseport", "1");
  return PgbouncerServer(std::move(bouncer));
}

CutoverRig::Impl::Host CutoverRig::Impl::make_host() const {
  Host host;
  AgentOptions agent;
  for (int process = 0; process < options.pgbouncers_per_host; ++process) {
    host.pgbouncers.push_back(make_pgbouncer(process == 0 ? 0 : host.pgbouncers[0].port()));
    agent.bouncers.push_back(
        bouncer_of("process-" + std::to_string(process + 1), host.pgbouncers.back()));
  }
  if (options.agents == Agents::started) host.agent = std::make_unique<AgentProcess>(agent);
  return host;
}

void CutoverRig::Impl::start_sshd() {
  if (options.reach == Reach::unix_socket) return;
  if (options.reach != Reach::forced_command) {
    sshds.emplace_back();
    return;
  }
  for (const Host& host : hosts)
    sshds.emplace_back(SshdOptions{.forced_command = host.agent->connect_command()});
}

void CutoverRig::Impl::move_away() {
  if (options.round_trip.count() == 0) return;
  const auto away = [this](std::uint16_t port) { return DelayingProxy(port, options.round_trip); };
  far.reset(new FarController{away(blue.port()), away(green.port()), away(sshds.at(0).port())});
  std::string known = read_file(sshds[0].known_hosts());
  const auto port = std::to_string(sshds[0].port());
  known.replace(known.find(port), port.size(), std::to_string(far->sshd.port()));
  write_file(directory / "known_hosts", known);
}

std::string CutoverRig::Impl::bouncer_lines(std::size_t number) const {
  const Host& host = hosts[number];
  if (!host.agent) return "agent = \"unix:///nowhere\"\n";
  if (sshds.empty()) return "agent = \"" + host.agent->url() + "\"\n";
  const SshdServer& sshd = sshds[options.reach == Reach::forced_command ? number : 0];
  const std::string url =
      far ? "ssh://" + sshd.user() + "@127.0.0.1:" + std::to_string(far->sshd.port()) : sshd.url();
  const fs::path known = far ? directory / "known_hosts" : sshd.known_hosts();
  std::string lines = "agent = \"" + url + "\"\nidentity = \"" + sshd.identity().string() +
                      "\"\nknown_hosts = \"" + known.string() + "\"\n";
  if (options.reach != Reach::forced_command)
    lines += "command = \"" + host.agent->connect_command() + "\"\n";
  if (options.reach == Reach::openssh) lines += "transport = \"openssh\"\n";
  return lines;
}

void CutoverRig::Impl::write_config() const {
  std::vector<std::string> lines;
  for (std::size_t host = 0; host < hosts.size(); ++host) lines.push_back(bouncer_lines(host));
  RigFacts facts{options, blue.port(), green.port(), directory / "state", lines};
  if (far) facts.blue_through = far->blue.port();
  if (far) facts.green_through = far->green.port();
  write_file(directory / "cutover.toml", rig_config(facts));
  // libpq reads a password file only when nobody else may.
  write_file(directory / "pgpass", "*:*:*:*:" + options.password + "\n");
  fs::permissions(directory / "pgpass", fs::perms::owner_read | fs::perms::owner_write);
}

ChildOptions CutoverRig::Impl::cutover_child(const std::vector<std::string>& arguments) const {
  ChildOptions child{.argv = {cutover_program(), "--config", directory / "cutover.toml"}};
  child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
  child.environment["PGPASSFILE"] = directory / "pgpass";
  return child;
}

CutoverRig::CutoverRig(RigOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  if (!impl_->options.schema.password.empty())
    impl_->options.schema.password = impl_->options.password;
  make_databases(impl_->blue, impl_->options);
  make_databases(impl_->green, impl_->options);
  for (int host = 0; host < impl_->options.hosts; ++host)
    impl_->hosts.push_back(impl_->make_host());
  impl_->start_sshd();
  impl_->move_away();
  impl_->write_config();
}

CutoverRig::CutoverRig(CutoverRig&&) noexcept = default;
CutoverRig& CutoverRig::operator=(CutoverRig&&) noexcept = default;
CutoverRig::~CutoverRig() = default;

const RigOptions& CutoverRig::options() const {
  return impl_->options;
}
PostgresServer& CutoverRig::blue() {
  return impl_->blue;
}
PostgresServer& CutoverRig::green() {
  return impl_->green;
}

PgbouncerServer& CutoverRig::pgbouncer(int host, int process) {
  return impl_->hosts.at(static_cast<std::size_t>(host))
      .pgbouncers.at(static_cast<std::size_t>(process));
}

AgentProcess& CutoverRig::agent(int host) {
  return *impl_->hosts.at(static_cast<std::size_t>(host)).agent;
}

SshdServer& CutoverRig::sshd(int host) {
  return impl_->sshds.at(static_cast<std::size_t>(host));
}

std::string CutoverRig::blue_conninfo(const std::string& database) const {
  return impl_->blue.conninfo(database.empty() ? impl_->options.databases.at(0) : database);
}

std::string CutoverRig::green_conninfo(const std::string& database) const {
  return impl_->green.conninfo(database.empty() ? impl_->options.databases.at(0) : database);
}

std::vector<std::string> CutoverRig::client_conninfos() const {
  std::vector<std::string> conninfos;
  for (const auto& host : impl_->hosts)
    for (const auto& pgbouncer : host.pgbouncers)
      conninfos.push_back(pgbouncer.conninfo(entry_of(impl_->options, 0)));
  return conninfos;
}

std::vector<std::string> CutoverRig::console_conninfos() const {
  std::vector<std::string> conninfos;
  for (const auto& host : impl_->hosts)
    for (const auto& pgbouncer : host.pgbouncers) conninfos.push_back(pgbouncer.console_conninfo());
  return conninfos;
}

void CutoverRig::replicate() {
  // Green copies some twelve tables a second where everything shares two cores.
  const auto limit =
      std::chrono::minutes{1} + impl_->options.schema.tables * std::chrono::milliseconds{250};
  for (const char* command : {"prepare", "subscribe"}) {
    const Finished finished = cutover({command, "--no-dry-run", "--yes"}, limit);
    if (finished.exit_code != 0)
      throw std::runtime_error(std::string("cutover ") + command + " failed:\n" + finished.output +
                               finished.errors);
  }
  analyze_green();
}

void CutoverRig::replicate_by_hand() {
  for (const std::string& database : impl_->options.databases)
    cutover::support::replicate_by_hand({blue_conninfo(database), green_conninfo(database),
                                         replication_name(impl_->options, database, 0)});
  analyze_green();
}

void CutoverRig::analyze_green() {
  for (const std::string& database : impl_->options.databases)
    impl_->green.sql("ANALYZE", database);
}

LoadDriver CutoverRig::start_load(LoadOptions options) const {
  options.bouncers = client_conninfos();
  options.schema = impl_->options.schema;
  return LoadDriver(std::move(options));
}

LoadVerdict CutoverRig::stop_and_verify(LoadDriver& load) const {
  load.stop();
  return verify_load(load, green_conninfo(), blue_conninfo());
}

Finished CutoverRig::cutover(const std::vector<std::string>& arguments,
                             std::chrono::milliseconds limit) const {
  return run_program(impl_->cutover_child(arguments), limit);
}

ChildProcess CutoverRig::start_cutover(const std::vector<std::string>& arguments) const {
  return ChildProcess(impl_->cutover_child(arguments));
}

fs::path CutoverRig::config_path() const {
  return impl_->directory / "cutover.toml";
}

void CutoverRig::write_config(const RigOptions& options) {
  impl_->options = options;
  impl_->write_config();
}

fs::path CutoverRig::state_directory() const {
  return impl_->directory / "state";
}

std::string CutoverRig::logs() const {
  std::string text = "== blue\n" + read_file(impl_->blue.log_file()) + "== green\n" +
                     read_file(impl_->green.log_file());
  for (const auto& host : impl_->hosts) {
    for (const auto& pgbouncer : host.pgbouncers)
      text += "== pgbouncer\n" + read_file(pgbouncer.log_file());
    if (host.agent) text += "== agent\n" + read_file(host.agent->log_file());
  }
  return text;
}

}  // namespace cutover::support
