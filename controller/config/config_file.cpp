// The whole of cutover.toml, section by section; read_….cpp hold the larger ones.
#include <fmt/format.h>

#include "controller/config/agent_url.h"
#include "controller/config/home.h"
#include "controller/config/sections.h"

namespace cutover {
namespace {

void read_metrics(const TomlTable& root, Config& config) {
  const auto table = root.table("metrics");
  config.metrics_listen = table.text("listen");
  config.metrics_textfile = read_path(table, "textfile", table.text("textfile"));
  if (!config.metrics_textfile.empty() && config.metrics_textfile.extension() != ".prom")
    table.problem_at("textfile", "metrics.textfile does not end in .prom",
                     "node_exporter reads files of this ending only");
  if (config.metrics_listen.empty()) return;
  const auto address = parse_host_port(config.metrics_listen, 0);
  if (!address)
    table.problem_at("listen", fmt::format("metrics.listen: {}", address.error().what),
                     "like \"127.0.0.1:19187\"");
}

std::vector<std::string> read_hook(const TomlTable& table, const char* key) {
  auto argv = table.texts(key);
  if (!argv.empty() && argv.front().empty())
    table.problem_at(key, fmt::format("hooks.{} names no program", key),
                     "the first text of the list is the program");
  return argv;
}

HookCommands read_hooks(const TomlTable& root) {
  const auto table = root.table("hooks");
  HookCommands hooks;
  hooks.before_pause = read_hook(table, "before_pause");
  hooks.after_decision = read_hook(table, "after_decision");
  hooks.after_resume = read_hook(table, "after_resume");
  hooks.on_abort = read_hook(table, "on_abort");
  return hooks;
}

}  // namespace

std::filesystem::path read_path(const TomlTable& table, const char* key, const std::string& text) {
  if (text.empty()) return {};
  auto path = absolute_path(text);
  if (path) return std::move(*path);
  table.problem_at(key, fmt::format("{}: {}", table.name_of(key), path.error().what),
                   path.error().hint);
  return {};
}

Config read_config(const TomlFile& file) {
  const auto root = file.root();
  Config config;
  const auto run = root.table("run");
  config.state_dir = read_path(run, "state_dir", run.text("state_dir", config.state_dir));
  config.databases = read_databases(root);
  config.bouncers = read_bouncers(root, config.databases);
  config.limits = read_limits(root);
  config.way_back = root.table("way_back").flag("enabled", true);
  config.checks = read_checks(root);
  read_metrics(root, config);
  config.hooks = read_hooks(root);
  return config;
}

}  // namespace cutover
