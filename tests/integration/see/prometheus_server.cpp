#include "tests/integration/see/prometheus_server.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

std::string config_text(const PrometheusOptions& options) {
  std::string text =
      "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 500ms}\n";
  if (!options.rules.empty()) text += "rule_files: [rules.yml]\n";
  text += "scrape_configs:\n";
  std::size_t number = 0;
  for (const auto& [job, target] : options.targets) {
    // Each target has a scrape of its own; the job is what the dashboard chooses by.
    text += "  - job_name: '" + std::to_string(number++) +
            "'\n    static_configs:\n      - targets: ['" + target +
            "']\n    relabel_configs:\n      - {target_label: job, replacement: '" + job + "'}\n";
  }
  return text;
}

}  // namespace

struct PrometheusServer::Impl {
  TemporaryDirectory directory{"prometheus"};
  FreePort port;
  std::unique_ptr<ChildProcess> process;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port.number()); }
};

PrometheusServer::PrometheusServer(const PrometheusOptions& options)
    : impl_(std::make_unique<Impl>()) {
  const auto& directory = impl_->directory;
  std::ofstream(directory / "prometheus.yml") << config_text(options);
  if (!options.rules.empty()) std::ofstream(directory / "rules.yml") << options.rules;
  ChildOptions child{
      .argv = {"prometheus", "--config.file=" + (directory / "prometheus.yml").string(),
               "--storage.tsdb.path=" + (directory / "data").string(),
               "--web.listen-address=127.0.0.1:" + std::to_string(impl_->port.number()),
               "--log.level=warn"}};
  child.log = directory / "log";
  child.signal_when_destroyed = SIGTERM;
  impl_->process = std::make_unique<ChildProcess>(std::move(child));
  if (!has_data("vector(1)", std::chrono::seconds(30))) {
    std::ostringstream log;
    log << std::ifstream(directory / "log").rdbuf();
    throw std::runtime_error("prometheus does not start:\n" + log.str());
  }
}

PrometheusServer::PrometheusServer(PrometheusServer&&) noexcept = default;
PrometheusServer::~PrometheusServer() = default;

std::string PrometheusServer::query(const std::string& expression) const {
  const auto asked =
      run_program({.argv = {"promtool", "query", "instant", impl_->url(), expression}});
  if (asked.exit_code != 0) throw std::runtime_error(expression + ": " + asked.errors);
  // Without data it prints an empty line.
  return asked.output == "\n" ? "" : asked.output;
}

bool PrometheusServer::has_data(const std::string& expression,
                                std::chrono::milliseconds limit) const {
  return eventually(limit, [&] {
    try {
      return !query(expression).empty();
    } catch (const std::runtime_error&) {
      return false;  // it starts, or the expression is wrong: then it never has
    }
  });
}

}  // namespace cutover::support
