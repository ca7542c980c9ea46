// `cutover-agent doctor`: every point of the set-up, one line each.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>

#include "agent/commands.h"
#include "agent/daemon_view.h"
#include "agent/host_points.h"
#include "agent/host_process.h"
#include "agent/ini/config_files.h"
#include "agent/ini/staging.h"
#include "agent/peer.h"
#include "agent/reading.h"
#include "common/base/durable_file.h"
#include "common/base/version.h"
#include "common/pgbouncer/known_hazards.h"

namespace cutover::agent {
namespace {

class Findings {
 public:
  void ok(const std::string& point, const std::string& detail = "") {
    std::cout << "ok    " << point << (detail.empty() ? "" : ": " + detail) << "\n";
  }
  void warn(const std::string& point, const std::string& what, const std::string& hint = "") {
    std::cout << "warn  " << point << ": " << what << "\n";
    if (!hint.empty()) std::cout << "      hint: " << hint << "\n";
  }
  void fail(const std::string& point, const std::string& what, const std::string& hint) {
    std::cout << "fail  " << point << ": " << what << "\n";
    if (!hint.empty()) std::cout << "      hint: " << hint << "\n";
    failed_ = true;
  }
  void expect(const std::string& point, const std::string& problem, const std::string& hint) {
    problem.empty() ? ok(point) : fail(point, problem, hint);
  }
  /// `whose` stands before each point.
  void add(const std::string& whose, const std::vector<HostPoint>& points) {
    for (const auto& [grade, point, finding, hint] : points) {
      if (grade == Grade::ok) ok(whose + point, finding);
      if (grade == Grade::warn) warn(whose + point, finding, hint);
      if (grade == Grade::fail) fail(whose + point, finding, hint);
    }
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

void check_state_dir(const AgentConfig& config, Findings& findings) {
  const std::string trial = config.state_dir + "/doctor.tmp";
  const auto made = create_directory_durably(config.state_dir);
  const auto written = made.has_error() ? made : write_durably(trial, "trial\n");
  const auto removed = written.has_error() ? written : remove_durably(trial);
  findings.expect("state_dir " + config.state_dir, removed.has_error() ? removed.error().what : "",
                  "make it a directory that belongs to the agent's user");
}

void check_socket(const AgentConfig& config, Findings& findings) {
  const std::string directory = directory_of(config.socket);
  const bool writable = ::access(directory.c_str(), W_OK | X_OK) == 0;
  findings.expect("socket directory " + directory, writable ? "" : "the agent may not write there",
                  "create it for the agent's user (tmpfiles.d, or RuntimeDirectory= of the unit)");
  const auto group = group_named(config.group);
  findings.expect("group " + (config.group.empty() ? "(its own)" : config.group),
                  group.has_error() ? group.error().what : "",
                  group.has_error() ? group.error().hint : "");
}

bool others_read(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

/// As PgBouncer finds it: a relative path starts in its directory.
std::string path_in(const std::filesystem::path& directory, const std::string& file) {
  return file.empty() ? file : (directory / file).string();
}

std::map<std::string, EntryLogin> logins_in(const std::string& ini, const std::string& directory) {
  std::map<std::string, EntryLogin> logins;
  const auto files = ini::load_config(ini, directory, read_file);
  if (files.has_error()) return logins;
  for (const ini::Entry& entry : ini::effective_entries(files.value())) {
    const auto* const user = ini::find_parameter(entry.parameters, "user");
    logins[entry.name] = {user == nullptr ? "" : user->value,
                          ini::find_parameter(entry.parameters, "password") != nullptr,
                          ini::find_parameter(entry.parameters, "auth_user") != nullptr};
  }
  return logins;
}

HostView view_of(const proto::ProcessInspection& seen, const std::string& admin) {
  HostView view;
  view.settings = {seen.config().begin(), seen.config().end()};
  for (const auto& row : seen.databases())
    view.databases.emplace_back(row.columns().begin(), row.columns().end());
  std::filesystem::path directory;
  if (const auto process = find_process(admin, view.settings["pidfile"])) {
    directory = process->working_directory;
    const auto limits = read_file("/proc/" + std::to_string(process->pid) + "/limits");
    if (limits.has_value()) view.descriptor_limit = descriptor_limit_in(limits.value());
  }
  view.logins = logins_in(seen.ini_path(), directory);
  const std::string path = path_in(directory, view.settings["auth_file"]);
  const auto text = read_file(path);
  if (text.has_value()) view.user_list = parse_auth_file(text.value());
  view.others_read_user_list = others_read(path);
  view.others_read_tls_key = others_read(path_in(directory, view.settings["client_tls_key_file"]));
  return view;
}

void check_user(const BouncerConfig& bouncer, const std::string& pidfile, Findings& findings) {
  const std::string point = bouncer.name + ": own user is PgBouncer's";
  const auto process = find_process(bouncer.admin, pidfile);
  if (!process) {
    findings.warn(point, "its process was not found: `admin` is no unix socket, and no pidfile");
    return;
  }
  const bool same = process->uid == ::geteuid();
  findings.expect(point,
                  same ? ""
                       : "PgBouncer runs as user " + std::to_string(process->uid) +
                             ", this is user " + std::to_string(::geteuid()),
                  "run the agent as PgBouncer's user (User= of its unit)");
}

/// Not from what was seen: that has problem and hint in one text, for the controller.
void check_replacement(const BouncerConfig& bouncer, Findings& findings) {
  const auto problem = ini::directory_problem(bouncer.ini).value_or(Error{});
  findings.expect(
      bouncer.name + ": its ini can be replaced", problem.what,
      problem.hint.empty()
          ? "give the directory to the agent's user, or include a file from one that is its"
          : problem.hint);
}

Task<void> check_bouncer(const AgentConfig& config, const BouncerConfig& settings,
                         Findings& findings) {
  Bouncer bouncer(settings, dialer_of(settings.admin), config.state_dir);
  const auto seen = co_await inspect(bouncer);
  const std::string& name = settings.name;
  const bool answers = !seen.config().empty();
  findings.expect(name + ": console answers and lets us in as admin", answers ? "" : seen.error(),
                  "see `admin` in agent.toml; user pgbouncer over the unix socket, as PgBouncer's "
                  "own user, needs no password");
  if (!answers) co_return;
  findings.ok(name + ": version", seen.version());
  for (const KnownHazard& hazard : known_hazards(seen.version()))
    findings.warn(name + ": version " + seen.version(), hazard.what);
  findings.expect(name + ": its files can be read", seen.error(), "see `ini` in agent.toml");
  findings.expect(name + ": it runs what its files say", seen.drift(),
                  "RELOAD it, or correct the files");
  check_replacement(settings, findings);
  const auto pidfile = seen.config().find("pidfile");
  findings.add(name + ": ", host_points(view_of(seen, settings.admin)));
  check_user(settings, pidfile == seen.config().end() ? "" : pidfile->second, findings);
}

Task<void> check_daemon(const AgentConfig& config, Findings& findings) {
  const DaemonView view = co_await look_at_daemon(config.socket);
  const DoctorSelf self{::geteuid(), program_version};
  findings.add("", daemon_points(view, self));
}

/// Runs `task` to its end.
void run_alone(boost::asio::io_context& context, Task<void> task) {
  boost::asio::co_spawn(context, std::move(task), boost::asio::detached);
  context.run();
  context.restart();
}

}  // namespace

int run_doctor(const Result<AgentConfig>& config, const std::string& path) {
  Findings findings;
  if (config.has_error()) {
    findings.fail("configuration", config.error().what, config.error().hint);
    return 1;
  }
  findings.ok("configuration", path);
  check_socket(config.value(), findings);
  check_state_dir(config.value(), findings);
  boost::asio::io_context context{1};
  run_alone(context, check_daemon(config.value(), findings));
  for (const BouncerConfig& bouncer : config.value().bouncers)
    run_alone(context, check_bouncer(config.value(), bouncer, findings));
  return findings.failed() ? 1 : 0;
}

}  // namespace cutover::agent
