#include "tests/benchmarks/comparison.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "tests/benchmarks/bouncer_wait.h"
#include "tests/benchmarks/measured_run.h"
#include "tests/benchmarks/switched_by_script.h"
#include "tests/support/eventually.h"
#include "tests/support/load/floor.h"
#include "tests/support/load/load_verdict.h"

namespace cutover::bench {
namespace {

using support::LoadClock;
using namespace std::chrono_literals;

constexpr int clients_of_a_load = 100;  ///< ids, at most

void add(RoundVerdict& sum, const support::LoadVerdict& verdict) {
  sum.acknowledged += verdict.acknowledged;
  sum.lost += verdict.lost;
  sum.doubled += verdict.doubled;
  sum.failed += verdict.failed;
}

void judge(ShapedLoad& load, const std::string& live, RoundVerdict& sum) {
  for (auto& driver : load.drivers()) {
    driver.stop();
    add(sum, support::verify_load(driver, live));
  }
}

/// What clients and PgBouncers say of the time from here to some writes after the end.
class Watch {
 public:
  Watch(const ShapedLoad& load, const support::CutoverRig& rig)
      : load_(load),
        consoles_(rig.console_conninfos()),
        failed_before_(load.progress().failed),
        waits_before_(bouncer_waits(consoles_)),
        begun_(LoadClock::now()) {}

  void end(Sample& sample) const {
    load_.settle();
    sample.stall = load_.longest_outage(begun_, LoadClock::now());
    sample.failed = load_.progress().failed - failed_before_;
    sample.bouncer_wait = waited(waits_before_, bouncer_waits(consoles_));
  }

 private:
  const ShapedLoad& load_;
  std::vector<std::string> consoles_;
  std::uint64_t failed_before_;
  std::vector<double> waits_before_;
  LoadClock::time_point begun_;
};

class Comparison {
 public:
  Comparison(const ComparisonOptions& options, const std::function<void(const Sample&)>& tell)
      : options_(options), tell_(tell), ours_(options.fleet) {
    ours_.replicate();
    if (options_.slow_rounds > 0) scripts_.emplace(options_.fleet);
  }

  ComparisonResult run() {
    for (const std::string& name : options_.loads) run_load(load_shape(name));
    return std::move(result_);
  }

 private:
  void run_load(const LoadShape& shape);
  std::string live_conninfo() const;
  void round_of_ours(ShapedLoad& load, int round);
  void round_of_scripts(ShapedLoad& load, int round);
  void floor(ShapedLoad& load, int round);
  void go(ShapedLoad& load, int round, const std::string& way);
  void switch_by(ShapedLoad& load, int round, Alternative alternative);
  void take(Sample sample);

  const ComparisonOptions& options_;
  const std::function<void(const Sample&)>& tell_;
  support::CutoverRig ours_;
  std::optional<SwitchedByScript> scripts_;
  ComparisonResult result_;
  std::string group_;
  bool ours_on_blue_ = true;
  int first_client_ = 0;
};

void Comparison::run_load(const LoadShape& shape) {
  group_ = shape.name;
  ShapedLoad on_ours(ours_, shape, first_client_);
  std::optional<ShapedLoad> on_scripts;
  if (scripts_) on_scripts.emplace(scripts_->rig(), shape, first_client_);
  first_client_ += clients_of_a_load;
  const int every = scripts_ ? std::max(1, options_.rounds / options_.slow_rounds) : 0;
  for (int round = 1; round <= options_.rounds; ++round) {
    round_of_ours(on_ours, round);
    if (on_scripts && round % every == 0) round_of_scripts(*on_scripts, round / every);
  }
  judge(on_ours, live_conninfo(), result_.ours);
  // A bare PAUSE may fail writes too; those are none of ours.
  for (const Sample& sample : samples_of(result_.samples, group_, "floor"))
    result_.ours.failed -= sample.failed;
  if (on_scripts) judge(*on_scripts, scripts_->live_conninfo(), result_.scripts);
}

std::string Comparison::live_conninfo() const {
  return ours_on_blue_ ? ours_.blue_conninfo() : ours_.green_conninfo();
}

/// There and back; where the way before was given up, only what is left of it.
void Comparison::round_of_ours(ShapedLoad& load, int round) {
  load.go_on();
  for (const bool from_blue : {true, false}) {
    if (ours_on_blue_ != from_blue) continue;
    floor(load, round);
    go(load, round, from_blue ? "cutover" : "rollback");
  }
  load.rest();
}

/// Each goes there in one round and back in the next one.
void Comparison::round_of_scripts(ShapedLoad& load, int round) {
  auto first = Alternative::runbook;
  auto second = Alternative::read_only;
  if (round % 2 == 0) std::swap(first, second);
  load.go_on();
  switch_by(load, round, first);
  switch_by(load, round, second);
  load.rest();
}

void Comparison::floor(ShapedLoad& load, int round) {
  Sample sample{.group = group_, .way = "floor", .round = round};
  const Watch watch(load, ours_);
  const auto floor = support::measure_floor(load.short_writes(), ours_.console_conninfos(), 1, 1);
  watch.end(sample);
  sample.held = floor.held_ms;
  sample.stall = load.longest_outage(floor.began, floor.ended);  // not of the time before it
  take(std::move(sample));
}

/// A rollback is refused until the way back has caught up.
void Comparison::go(ShapedLoad& load, int round, const std::string& way) {
  std::vector<std::string> arguments{"--no-dry-run", "--yes", "--json"};
  if (way != "cutover") arguments.insert(arguments.begin(), way);
  Sample sample{.group = group_, .way = way, .round = round};
  std::optional<Watch> watch;
  support::Finished finished;
  const auto has_run = [&] {
    load.leave_their_rhythm();
    watch.emplace(load, ours_);
    finished = ours_.cutover(arguments, 15min);
    return finished.exit_code != 1 || ++sample.refused == 0;
  };
  support::eventually(60s, has_run, 200ms);
  Measurement measurement;
  take_times(finished, measurement);
  watch->end(sample);
  sample.held = measurement.held;
  sample.attempts = measurement.attempts;
  sample.exit_code = finished.exit_code.value_or(-1);
  sample.why = reason(finished);
  if (sample.exit_code == 0) ours_on_blue_ = !ours_on_blue_;
  sample.steps = measurement.steps;
  take(std::move(sample));
}

void Comparison::switch_by(ShapedLoad& load, int round, Alternative alternative) {
  const bool by_runbook = alternative == Alternative::runbook;
  Sample sample{.group = group_, .way = by_runbook ? "runbook" : "read-only", .round = round};
  if (by_runbook && !scripts_->may_begin()) sample.refused = 1;
  load.leave_their_rhythm();
  const Watch watch(load, scripts_->rig());
  sample.held = scripts_->switch_by(alternative);
  watch.end(sample);
  scripts_->follow();
  take(std::move(sample));
}

void Comparison::take(Sample sample) {
  tell_(sample);
  result_.samples.push_back(std::move(sample));
}

}  // namespace

ComparisonResult compare(const ComparisonOptions& options,
                         const std::function<void(const Sample&)>& tell) {
  return Comparison(options, tell).run();
}

}  // namespace cutover::bench
