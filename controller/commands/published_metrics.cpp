#include "controller/commands/published_metrics.h"

#include <atomic>

#include "common/log/log.h"
#include "controller/commands/run_task.h"
#include "controller/journal/journal.h"
#include "controller/looks/fleet_watch.h"

namespace cutover {
namespace {

Task<FleetLook> look_once(boost::asio::any_io_executor executor, const Config& config) {
  FleetWatch watch(std::move(executor), config);
  LookDepth depth;
  depth.catalogue = true;
  auto look = co_await watch.look(depth);
  co_return look;
}

}  // namespace

void take_journal(ControllerMetrics& metrics, const Config& config) {
  std::error_code unknown;
  const bool exists = std::filesystem::exists(config.state_dir / "journal.sqlite", unknown);
  if (!exists && !unknown) return;
  static std::atomic<bool> has_warned{false};
  const auto journal = Journal::open(config.state_dir);
  if (journal) {
    metrics.take(*journal);
    has_warned = false;
  } else if (!has_warned.exchange(true)) {
    log_warning("the journal cannot be read: its runs are not among the metrics",
                {{"why", to_text(journal.error())}});
  }
}

namespace {

void write_textfile(const Config& config, const CommandResult& result) {
  ControllerMetrics metrics;
  take_journal(metrics, config);
  // A command that asked no checks leaves those of the last run there.
  if (!result.checks.empty()) metrics.take(result.checks);
  const auto look = run_task<FleetLook>([&](boost::asio::any_io_executor executor) {
    return look_once(std::move(executor), config);
  });
  metrics.take(look);
  // A single look promises no next one: its age is nobody's fault.
  metrics.replace("cutover_looked_timestamp_seconds", {});
  const auto written = metrics.write_textfile(config.metrics_textfile.string());
  if (!written) log_warning("no textfile", {{"what", written.error().what}});
}

}  // namespace

void publish_metrics(const Config& config, const CommandResult& result) {
  if (config.metrics_textfile.empty()) return;
  try {
    write_textfile(config, result);
  } catch (const std::exception& failure) {
    log_warning("no textfile", {{"what", failure.what()}});
  }
}

}  // namespace cutover
