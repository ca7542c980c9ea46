// `cutover watch`: the dashboard on a terminal, a line a look where there is none, or metrics
// alone.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <mutex>

#include "common/base/file_descriptor.h"
#include "common/log/log.h"
#include "controller/commands/commands.h"
#include "controller/commands/published_metrics.h"
#include "controller/display/dashboard_view.h"
#include "controller/display/terminal.h"
#include "controller/looks/look_loop.h"

namespace cutover {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds export_interval{5'000};
constexpr milliseconds frame_interval{200};

/// Interrupts as something to wait for; made before any thread.
class StopRequests {
 public:
  StopRequests() : descriptor_(make()) {}

  /// Until there is something to read, or the limit. True when the operator wants to stop.
  bool wait(milliseconds limit, bool with_keys) const {
    std::array<pollfd, 2> watched{pollfd{descriptor_.get(), POLLIN, 0},
                                  pollfd{with_keys ? STDIN_FILENO : -1, POLLIN, 0}};
    poll(watched.data(), watched.size(), static_cast<int>(limit.count()));
    return watched[0].revents != 0;
  }

 private:
  static int make() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_CLOEXEC);
  }

  FileDescriptor descriptor_;
};

LookLoopOptions look_options(const CommandLine& line) {
  LookLoopOptions options;
  options.interval = milliseconds(static_cast<int>(line.watch_interval_seconds * 1000));
  options.entries = !line.metrics_only;
  return options;
}

std::string side_text(const char* name, const SideLook& side) {
  if (!side.is_up()) return fmt::format("{} out of reach", name);
  return fmt::format("{} {} clients", name, side.clients);
}

/// One line for a log: where there is no terminal.
std::string line_of(const FleetLook& look) {
  auto line =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(look.taken_at)));
  for (const auto& database : look.databases) {
    line += fmt::format("  {}: {}, {}", database.name, side_text("blue", database.blue),
                        side_text("green", database.green));
    if (database.fenced) line += *database.fenced ? ", fenced" : ", no fence";
    if (database.green_fenced.value_or(false)) line += ", green fenced";
  }
  if (const auto side = look.fenced_side_in_use(); !side.empty())
    line += "  " + side + " serves though it is fenced";
  if (const auto lag = look.lag_bytes(Direction::forward)) line += ", lag " + bytes_text(*lag);
  for (const auto& bouncer : look.bouncers)
    line += fmt::format("  {}: {}{}", bouncer.name,
                        bouncer.error.empty() ? bouncer.serves : "out of reach",
                        bouncer.paused ? ", paused" : "");
  return line;
}

/// Where nothing is drawn, a log may say it.
LookLoopOptions logged(LookLoopOptions options) {
  options.failed = [](const std::string& what) { log_warning("a look failed", {{"what", what}}); };
  return options;
}

CommandResult watch_lines(const CommandLine& line, const Config& config,
                          const StopRequests& requests) {
  const LookLoop looks(config, logged(look_options(line)), [&](const FleetLook& look) {
    // On a thread of its own: a full disk is no error of the watch.
    const auto text = line_of(look) + "\n";
    std::FILE* out = line.json ? stderr : stdout;
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
  });
  while (!requests.wait(frame_interval, false)) {
  }
  return {};
}

CommandResult watch_screen(const CommandLine& line, const Config& config,
                           const StopRequests& requests) {
  auto terminal = Terminal::open({line.color});
  if (!terminal) return usage_error("watch", terminal.error());
  std::mutex mutex;
  DashboardView view(line.watch_interval_seconds);
  const LookLoop looks(config, look_options(line), [&](const FleetLook& look) {
    const std::lock_guard lock(mutex);
    view.take(look);
  });
  for (bool goes_on = true; goes_on;) {
    Frame frame;
    {
      const std::lock_guard lock(mutex);
      for (int key = terminal->key(); key != 0 && goes_on; key = terminal->key())
        goes_on = view.take_key(key);
      frame = view.frame(terminal->size(), terminal->glyphs(), unix_now());
    }
    terminal->draw(frame);
    if (goes_on && requests.wait(frame_interval, true)) goes_on = false;
  }
  return {};
}

void write_textfile(const Config& config, const ControllerMetrics& metrics) {
  if (config.metrics_textfile.empty()) return;
  const auto written = metrics.write_textfile(config.metrics_textfile.string());
  if (!written) log_warning("no textfile", {{"what", written.error().what}});
}

CommandResult export_metrics(const CommandLine& line, const Config& config,
                             const StopRequests& requests) {
  if (config.metrics_listen.empty() && config.metrics_textfile.empty())
    return usage_error("watch", Error{"there is nowhere to export metrics to",
                                      "set `listen` or `textfile` of [metrics] in cutover.toml"});
  ControllerMetrics metrics;
  take_journal(metrics, config);
  if (!config.metrics_listen.empty()) {
    const auto served = metrics.expose(
        config.metrics_listen, "choose a free address for `listen` of [metrics] in cutover.toml");
    if (!served) return refusal("watch", served.error());
  }
  const LookLoop looks(config, logged(look_options(line)),
                       [&](const FleetLook& look) { metrics.take(look); });
  log_info("exporting metrics",
           {{"listen", config.metrics_listen}, {"textfile", config.metrics_textfile.string()}});
  while (!requests.wait(export_interval, false)) {
    take_journal(metrics, config);
    write_textfile(config, metrics);
  }
  return {};
}

}  // namespace

CommandResult watch_command(const CommandLine& line, const Config& config) {
  const StopRequests requests;
  if (line.metrics_only) return export_metrics(line, config, requests);
  if (line.json || !Terminal::is_possible()) return watch_lines(line, config, requests);
  return watch_screen(line, config, requests);
}

}  // namespace cutover
