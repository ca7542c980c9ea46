#include "tests/integration/see/seen_fleet.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

std::string address(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::string metrics_table(std::uint16_t port) {
  return "[metrics]\nlisten = \"" + address(port) + "\"\n";
}

FleetOptions options_with(std::uint16_t port, const std::string& more_config,
                          const std::string& limits) {
  FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  options.rig.limits = limits;
  options.rig.more_config = metrics_table(port) + more_config;
  return options;
}

}  // namespace

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

support::ChildProcess SeenFleet::start_watch() {
  const auto config = rig().config_path();
  const auto own = config.parent_path() / "watch.toml";
  std::ofstream(own) << replaced(text_of_file(config.string()), metrics_table(run_port_.number()),
                                 metrics_table(watch_port_.number()));
  support::ChildOptions child;
  child.argv = {support::cutover_program().string(), "--config", own.string(), "watch",
                "--metrics-only"};
  child.environment["PGPASSFILE"] = (config.parent_path() / "pgpass").string();
  std::ofstream(service_file()) << "[site]\nconnect_timeout=5\n";
  child.environment["PGSERVICEFILE"] = service_file();
  child.environment["PGSERVICE"] = "site";
  return support::ChildProcess(std::move(child));
}

std::string SeenFleet::service_file() {
  return (rig().config_path().parent_path() / "services").string();
}

void SeenFleet::blind_the_watch() {
  const auto file = service_file();
  std::remove(file.c_str());
  if (mkfifo(file.c_str(), 0600) != 0) throw std::runtime_error("no fifo " + file);
  const std::string end_sessions =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE application_name = 'cutover watch'";
  rig().blue().sql(end_sessions);
  rig().green().sql(end_sessions);
}

void SeenFleet::give_the_watch_its_sight_back() {
  // Readers of the pipe get what a file would have given them; who opens it later, too.
  const int pipe = open(service_file().c_str(), O_RDWR | O_NONBLOCK);
  const std::string text = "[site]\nconnect_timeout=5\n";
  const auto written = write(pipe, text.data(), text.size());
  std::remove(service_file().c_str());
  std::ofstream(service_file()) << text;
  close(pipe);
  if (written < 0) throw std::runtime_error("nothing could be written to the pipe");
}

SeenFleet::SeenFleet(const std::string& rules, const std::string& more_config,
                     const std::string& limits)
    : fleet_(options_with(run_port_.number(), more_config, limits)), watch_(start_watch()) {
  support::PrometheusOptions options;
  options.rules = rules;
  options.targets = {{"cutover", address(run_port_.number())},
                     {"cutover", address(watch_port_.number())}};
  for (int host = 0; host < rig().options().hosts; ++host)
    options.targets.emplace_back("cutover-agent", address(rig().agent(host).metrics_port()));
  prometheus_ = std::make_unique<support::PrometheusServer>(options);
  if (!prometheus_->has_data("cutover_fenced == 0", std::chrono::seconds(40)))
    throw std::runtime_error("the watch exports nothing: " + watch_.errors());
}

}  // namespace cutover::tests
