#include "controller/commands/onlooker.h"

#include <cstdlib>
#include <mutex>
#include <optional>

#include "common/log/log.h"
#include "controller/commands/run_plan.h"
#include "controller/commands/screen.h"
#include "controller/display/run_view.h"
#include "controller/display/terminal.h"
#include "controller/looks/look_loop.h"
#include "controller/metrics/controller_metrics.h"
#include "controller/report/event_line.h"
#include "controller/report/progress.h"

namespace cutover {

constexpr std::chrono::milliseconds shortest_between_frames{50};

/// Plain lines of what is drawn, for when the screen is given back.
class Transcript {
 public:
  explicit Transcript(bool color)
      : file_(open_memstream(&text_, &size_)), progress_(file_, {color}) {}
  ~Transcript() {
    std::fclose(file_);
    std::free(text_);
  }
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  void take(const Event& event) { progress_.on(event, RunState{}); }
  void print_to(std::FILE* out) {
    std::fflush(file_);
    std::fwrite(text_, 1, size_, out);
    std::fflush(out);
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
  Progress progress_;
};

struct Onlooker::Impl {
  Impl(const CommandLine& given_line, const Config& given_config, const Plan& plan)
      : line(given_line),
        config(given_config),
        draws(!line.json && line.verbosity >= 0 && Terminal::is_possible()),
        prints(!draws && !line.json && line.verbosity >= 0),
        view(plan, limits_of(config), std::chrono::steady_clock::now()),
        transcript(line.color),
        lines(Screen(line).file(), {line.color}) {}

  bool exports() const { return !config.metrics_listen.empty(); }
  bool looks_itself() const { return draws || exports(); }
  void begin();
  void take(const FleetLook& look);
  void hear(const std::string& text);
  void hear_print(const std::string& text);
  void draw();

  const CommandLine& line;
  const Config& config;
  bool draws;
  bool prints;       ///< plain lines, as they come
  std::mutex mutex;  ///< looks come from another thread
  RunView view;
  Transcript transcript;
  Progress lines;
  std::string printed;
  std::optional<Terminal> terminal;
  ControllerMetrics metrics;
  std::optional<LookLoop> looks;
  TimePoint last_frame;
};

void Onlooker::Impl::begin() {
  if (exports()) {
    const auto served = metrics.expose(
        config.metrics_listen, "choose a free address for `listen` of [metrics] in cutover.toml");
    if (!served) log_warning("no metrics", {{"what", served.error().what}});
  }
  if (draws) {
    auto opened = Terminal::open({line.color});
    if (opened) terminal.emplace(std::move(*opened));
  }
  LookLoopOptions options;
  options.interval = std::chrono::milliseconds(500);
  // Statistics and sequences change nothing in a run, and reading catalogues costs the servers.
  options.catalogue_interval = {};
  looks.emplace(config, options, [this](const FleetLook& look) { take(look); });
}

void Onlooker::Impl::take(const FleetLook& look) {
  metrics.take(look);
  const std::lock_guard lock(mutex);
  view.take(look);
}

void Onlooker::Impl::hear(const std::string& text) {
  const auto event = event_of_line(text);
  if (!event) return;
  // While clients wait the servers are left alone.
  if (std::holds_alternative<PauseBegan>(*event) && looks) looks->hold(true);
  if (std::holds_alternative<PauseEnded>(*event) && looks) looks->hold(false);
  metrics.take(*event);
  if (prints) lines.on(*event, RunState{});
  if (!draws) return;
  transcript.take(*event);
  const std::lock_guard lock(mutex);
  view.take(*event, std::chrono::steady_clock::now());
}

void Onlooker::Impl::hear_print(const std::string& text) {
  if (!draws) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    return;
  }
  printed += text;
  const std::lock_guard lock(mutex);
  view.take_print(text);
}

void Onlooker::Impl::draw() {
  if (!terminal) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_frame < shortest_between_frames) return;
  last_frame = now;
  while (terminal->key() != 0) {
    // Nothing to choose: a run is stopped by Ctrl-C, which goes to the working process.
  }
  Frame frame;
  {
    const std::lock_guard lock(mutex);
    frame = view.frame(terminal->size(), terminal->glyphs(), now);
  }
  terminal->draw(frame);
}

Onlooker::Onlooker(const CommandLine& line, const Config& config, const Plan& plan,
                   const std::vector<CheckReport>& checks)
    : impl_(std::make_unique<Impl>(line, config, plan)) {
  impl_->metrics.take(checks);
}

Onlooker::~Onlooker() = default;

WhileItWorks Onlooker::meanwhile() {
  WhileItWorks what;
  what.heard = [this](const std::string& text) { impl_->hear(text); };
  what.printed = [this](const std::string& text) { impl_->hear_print(text); };
  if (impl_->looks_itself()) what.begin = [this] { impl_->begin(); };
  if (impl_->draws) what.tick = [this] { impl_->draw(); };
  return what;
}

void Onlooker::leave() {
  // Its thread is not waited for: after a death recovery begins now.
  if (impl_->looks) impl_->looks->stop();
  impl_->terminal.reset();
  if (!impl_->draws) return;
  impl_->transcript.print_to(stdout);
  std::fwrite(impl_->printed.data(), 1, impl_->printed.size(), stderr);
}

}  // namespace cutover
