#include "controller/looks/look_loop.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <thread>

#include "common/async/within.h"
#include "controller/looks/fleet_watch.h"

namespace cutover {
namespace {

constexpr std::chrono::milliseconds held_interval{50};
constexpr int politeness = 5;  ///< nice: who holds a pause goes first

void leave_signals_to_others() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::vector<bool> fences_of(const FleetLook& look) {
  std::vector<bool> fenced;
  for (const auto& database : look.databases) fenced.push_back(database.fenced.value_or(false));
  return fenced;
}

}  // namespace

struct LookLoop::Impl {
  Impl(const Config& given, LookLoopOptions wanted, Receiver receiver)
      : config(given), options(std::move(wanted)), receive(std::move(receiver)) {}

  Task<void> run();
  Task<void> look_on();
  Task<void> look_once(FleetWatch& watch);

  Config config;
  LookLoopOptions options;
  Receiver receive;
  std::atomic<bool> held{false};
  std::chrono::steady_clock::time_point next_catalogue;
  std::vector<bool> last_fenced;
  boost::asio::io_context context{1};
  std::thread thread;
};

Task<void> LookLoop::Impl::look_once(FleetWatch& watch) {
  LookDepth depth;
  depth.entries = options.entries;
  depth.catalogue =
      options.catalogue_interval.count() > 0 && std::chrono::steady_clock::now() >= next_catalogue;
  auto look = co_await watch.look(depth);
  if (depth.catalogue)
    next_catalogue = std::chrono::steady_clock::now() + options.catalogue_interval;
  // What a catalogue says changes with the fence: sequences are set in the pause.
  const auto fenced = fences_of(look);
  if (fenced != last_fenced) next_catalogue = {};
  last_fenced = fenced;
  receive(look);
}

/// Returns when a look threw: what it looked with is not used again.
Task<void> LookLoop::Impl::look_on() {
  FleetWatch watch(context.get_executor(), config);
  try {
    while (true) {
      if (!held) co_await look_once(watch);
      const auto pause = held ? held_interval : options.interval;
      co_await sleep_for(pause);
    }
  } catch (const std::exception& failure) {
    if (options.failed) options.failed(failure.what());
  }
}

Task<void> LookLoop::Impl::run() {
  while (true) {
    co_await look_on();
    co_await sleep_for(options.interval);
  }
}

LookLoop::LookLoop(const Config& config, LookLoopOptions options, Receiver receive)
    : impl_(std::make_unique<Impl>(config, std::move(options), std::move(receive))) {
  impl_->thread = std::thread([this] {
    leave_signals_to_others();
    setpriority(PRIO_PROCESS, 0, politeness);
    boost::asio::co_spawn(impl_->context, impl_->run(), boost::asio::detached);
    impl_->context.run();
  });
}

LookLoop::~LookLoop() {
  stop();
  impl_->thread.join();
}

void LookLoop::stop() {
  impl_->context.stop();
}

void LookLoop::hold(bool held) {
  impl_->held = held;
}

}  // namespace cutover
