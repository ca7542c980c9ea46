#include "tests/simulation/simulation.h"

#include <algorithm>
#include <map>

#include "controller/cutover/execute.h"
#include "controller/cutover/plan.h"
#include "controller/cutover/recovery.h"
#include "tests/simulation/sim_fleet.h"

namespace cutover::simulation {
namespace {

using std::chrono::seconds;

constexpr microseconds crash_window(60'000);
constexpr std::uint64_t steps_of_interest = 20;  ///< of a run and the beginning of a recovery
constexpr microseconds longest_delay(810'000);   ///< of a late message

/// What the mutation leaves of the plan.
Plan mutated(Plan plan, const World& world) {
  const auto named = [&](const char* name) {
    return std::find_if(plan.steps.begin(), plan.steps.end(),
                        [&](const Step& step) { return step.name == name; });
  };
  const auto gate = named("second gate");
  if (gate == plan.steps.end()) return plan;
  if (world.has(Mutation::no_second_gate)) plan.steps.erase(gate);
  if (world.has(Mutation::second_gate_before_seal)) std::iter_swap(gate, named("seal"));
  return plan;
}

/// The process of a run or of a recovery.
struct Controller {
  Controller(World& world, Network& network, Servers& servers, Agents& agents, ProcessId number)
      : process(number), fleet(world, network, servers, agents, number) {
    state.limits = world.settings.limits;
  }

  const ProcessId process;
  SimFleet fleet;
  RunState state;
  Plan plan;
  RunReport report;
  bool is_over = false;
  bool is_dead = false;
};

class Simulation : public Listener {
 public:
  explicit Simulation(const Settings& settings)
      : world_(settings), network_(world_), servers_(world_) {
    for (int i = 0; i < settings.bouncers; ++i) add_bouncer(i + 1);
    for (int i = 0; i < settings.bypassing_clients; ++i) add_client(nullptr);
    servers_.somebody_is_on_green = [this] { return somebody_is_on_green(); };
  }

  Verdict run(Log log) {
    world_.keeps_log = log == Log::kept;
    for (const auto& client : clients_) client->start();
    for (int i = 0; i < world_.settings.bypassing_on_green; ++i) write_on_green_past_the_bouncers();
    schedule_misfortunes();
    world_.clock.pass(world_.random.between(0, 5'000));
    start_run();
    while (wants_recovery()) recover_after_a_while();
    if (may_run_again()) {
      start_run();
      while (wants_recovery()) recover_after_a_while();
    }
    settle();
    check_the_end();
    return {world_.broken, world_.log, somebody_is_on_green()};
  }

  void on(const Event& event, const RunState& state) override {
    if (std::holds_alternative<StepBegan>(event)) count_step();
    if (const auto* ended = std::get_if<StepEnded>(&event)) {
      world_.note("{} {}{}: {} {}", state.claim.run_id, ended->is_undo ? "undo " : "", ended->step,
                  name_of(ended->outcome.kind), ended->outcome.detail);
    }
    if (const auto* ended = std::get_if<RunEnded>(&event)) {
      world_.note("{} ended: {}", state.claim.run_id, name_of(ended->outcome));
    }
  }

 private:
  void add_bouncer(int number) {
    bouncers_.push_back(std::make_unique<Bouncer>(world_, servers_));
    agents_.push_back(std::make_unique<SimAgent>(world_, *bouncers_.back(), number));
    for (int i = 0; i < world_.settings.clients_per_bouncer; ++i)
      add_client(bouncers_.back().get());
  }

  void add_client(Bouncer* bouncer) {
    clients_.push_back(std::make_unique<Client>(world_, servers_, bouncer));
    servers_.sessions.push_back(&clients_.back()->session);
    if (bouncer != nullptr) bouncer->clients.push_back(clients_.back().get());
  }

  /// Green's old fence is all that keeps it from writing.
  void write_on_green_past_the_bouncers() {
    world_.clock.after(world_.random.between(500, 6'000), [this] {
      if (!servers_.old_fence) servers_.commit_on_green();
      write_on_green_past_the_bouncers();
    });
  }

  bool somebody_is_on_green() const {
    return std::any_of(bouncers_.begin(), bouncers_.end(),
                       [](const auto& it) { return it->on_green; });
  }

  // ── misfortunes ──

  /// At some time, or while some step runs: so that short steps are hit as often as long ones.
  void at_some_point(std::function<void()> misfortune) {
    auto& random = world_.random;
    if (random.chance(300)) {
      return world_.clock.after(random.between(0, crash_window.count()), std::move(misfortune));
    }
    at_step(steps_begun_ + 1 + random.below(steps_of_interest), std::move(misfortune));
  }

  void at_step(std::uint64_t step, std::function<void()> misfortune) {
    at_steps_.emplace(step, std::move(misfortune));
  }

  void count_step() {
    const auto [first, last] = at_steps_.equal_range(++steps_begun_);
    for (auto it = first; it != last; ++it) {
      world_.clock.after(world_.random.between(0, 1'500), it->second);
    }
    at_steps_.erase(first, last);
  }

  void schedule_misfortunes() {
    for (int i = 0; i < world_.settings.agent_crashes; ++i) {
      auto* agent = agents_[world_.random.below(agents_.size())].get();
      at_some_point([this, agent] {
        if (world_.is_calm) return;
        agent->crash();
        world_.clock.after(world_.random.between(500, 300'000), [agent] { agent->start_again(); });
      });
    }
    for (int i = 0; i < world_.settings.bouncer_restarts; ++i) {
      auto* bouncer = bouncers_[world_.random.below(bouncers_.size())].get();
      at_some_point([this, bouncer] {
        world_.note("a bouncer restarts");
        bouncer->restart();
      });
    }
  }

  Controller& new_controller() {
    const auto number = static_cast<ProcessId>(controllers_.size() + 1);
    controllers_.push_back(
        std::make_unique<Controller>(world_, network_, servers_, agents_, number));
    return *controllers_.back();
  }

  void kill(Controller& controller) {
    if (controller.is_over || controller.is_dead) return;
    world_.note("run-{} is killed", controller.process);
    controller.is_dead = true;
    world_.clock.kill(controller.process);
    // Its server notices by and by that the session is gone.
    world_.clock.after(world_.random.between(0, 100'000),
                       [this, session = controller.fleet.deciding_session()] {
                         servers_.controller_died(session);
                       });
  }

  void spawn(Controller& controller, Task<void> task) {
    world_.clock.spawn(std::move(task), [this, &controller](std::exception_ptr failure) {
      if (failure) world_.breaks("the controller threw");
      controller.is_over = true;
    });
    if (crashes_left_ <= 0 || world_.is_calm) return;
    --crashes_left_;
    at_some_point([this, &controller] { kill(controller); });
  }

  // ── controllers ──

  void start_run() {
    auto& controller = new_controller();
    controller.plan = mutated(cutover_plan(controller.state.limits), world_);
    spawn(controller, carry_out(controller));
    wait_for(controller);
  }

  Task<void> carry_out(Controller& it) {
    auto run = execute(it.fleet, it.plan, it.state, {this});
    it.report = co_await std::move(run);
  }

  Task<void> recover(Controller& it, RecoveryWish wish) {
    auto claim = co_await it.fleet.take_over_blue();
    for (int tries = 0; !claim && tries < 5; ++tries) {
      auto again = co_await it.fleet.take_over_blue();
      claim = std::move(again);
    }
    it.report.outcome = RunOutcome::in_doubt;
    if (!claim) co_return;
    it.state.claim = *claim;
    co_await it.fleet.take_over_bouncers();
    const auto record = co_await it.fleet.run_record();
    if (!record) co_return;
    auto sights = co_await it.fleet.look_at_bouncers();
    auto old_fence = co_await it.fleet.old_fence_stands();
    if (world_.has(Mutation::old_fence_is_undone)) old_fence = done();
    const auto decision = choose_course(*record, believed(std::move(sights)), old_fence, wish);
    world_.note("{} chooses {}: {}", claim->run_id, name_of(decision.course), decision.why);
    if (decision.course == RecoveryCourse::refused) co_return;
    const bool forward = decision.course == RecoveryCourse::forward;
    const bool is_done = decision.course == RecoveryCourse::nothing && record->decided;
    it.plan = is_done   ? completion_plan(it.state.limits)
              : forward ? recovery_forward_plan(it.state.limits)
                        : recovery_back_plan(it.state.limits);
    it.plan = mutated(std::move(it.plan), world_);
    auto run = execute(it.fleet, it.plan, it.state, {this});
    it.report = co_await std::move(run);
  }

  std::vector<BouncerSight> believed(std::vector<BouncerSight> sights) const {
    if (!world_.has(Mutation::unreachable_is_not_switched)) return sights;
    for (auto& sight : sights) {
      if (!sight.unreachable) continue;
      sight.unreachable.reset();
      sight.claim = servers_.record.claim;
      sight.all_blue = true;
    }
    return sights;
  }

  void wait_for(Controller& controller) {
    overtaken_ = 0;
    if (world_.settings.recovery_may_overtake && !world_.is_calm) {
      const auto overtake = [this, number = controller.process] { overtaken_ = number; };
      const auto step = world_.settings.overtaken_at;
      step == 0 ? at_some_point(overtake) : at_step(step, overtake);
    }
    world_.clock.run_until(
        [&] {
          return controller.is_over || controller.is_dead || overtaken_ == controller.process;
        },
        seconds(120));
    if (!controller.is_over && !controller.is_dead) world_.note("it is overtaken");
  }

  bool wants_recovery() const {
    const auto& last = *controllers_.back();
    const bool ended_well = last.is_over && last.report.outcome != RunOutcome::in_doubt &&
                            last.report.outcome != RunOutcome::attention;
    return !ended_well && recoveries_ < 4;
  }

  /// A run that a recovery has overtaken may still live.
  bool may_run_again() const {
    return world_.settings.another_run && recoveries_ > 0 && !servers_.record.decided &&
           controllers_.back()->report.outcome == RunOutcome::done;
  }

  void recover_after_a_while() {
    const auto longest = world_.random.chance(700) ? 3'000 : longest_delay.count() / 2;
    world_.clock.pass(world_.random.between(0, longest));
    recover_now();
  }

  void recover_now() {
    ++recoveries_;
    const auto wish = world_.random.chance(500)   ? RecoveryWish::none
                      : world_.random.chance(600) ? RecoveryWish::forward
                                                  : RecoveryWish::back;
    auto& controller = new_controller();
    spawn(controller, recover(controller, world_.is_calm ? RecoveryWish::none : wish));
    wait_for(controller);
  }

  // ── the end ──

  /// Nothing goes wrong any more; whoever still runs comes to its end; then one recovery.
  void settle() {
    world_.is_calm = true;
    for (const auto& agent : agents_) agent->start_again();
    world_.clock.pass(longest_delay);
    world_.clock.run_until([this] { return everyone_is_over(); }, seconds(120));
    check_an_aborted_run();
    recover_now();
    if (controllers_.back()->report.outcome != RunOutcome::done) {
      world_.breaks("I6: a calm recovery ended " +
                    std::string(name_of(controllers_.back()->report.outcome)));
    }
    world_.clock.pass(world_.settings.limits.lease * 2);
  }

  bool everyone_is_over() const {
    return std::all_of(controllers_.begin(), controllers_.end(),
                       [](const auto& it) { return it->is_over || it->is_dead; });
  }

  /// It says that clients are on blue and nothing is left: then no message still under way may
  /// change that.
  void check_an_aborted_run() {
    const auto outcome = controllers_.back()->report.outcome;
    const bool is_aborted = outcome == RunOutcome::aborted || outcome == RunOutcome::refused;
    if (!is_aborted || controllers_.size() > 1) return;
    if (servers_.record.fenced || servers_.record.decided || somebody_is_on_green()) {
      world_.breaks("the run was aborted, but blue is fenced or somebody is on green");
    }
  }

  void check_the_end() {
    const auto on_green = std::count_if(bouncers_.begin(), bouncers_.end(),
                                        [](const auto& bouncer) { return bouncer->on_green; });
    const bool all_green = on_green == static_cast<std::ptrdiff_t>(bouncers_.size());
    if (on_green != 0 && !all_green) world_.breaks("I6: neither all-blue nor all-green");
    for (const auto& bouncer : bouncers_) {
      if (bouncer->paused) world_.breaks("I6: a bouncer is still paused");
      if (bouncer->on_green != bouncer->green_on_disk) {
        world_.breaks("I6: a bouncer would come up on the other side");
      }
    }
    if (on_green == 0 && (servers_.record.fenced || servers_.record.decided)) {
      world_.breaks("I6: all are on blue, which is fenced");
    }
    if (all_green && !servers_.way_back_is_open) world_.breaks("I6: the way back is not open");
    if (on_green == 0 && servers_.old_fence != world_.settings.is_second_run) {
      world_.breaks("I6: all are on blue, but green's old fence is down");
    }
    if (on_green == 0 && servers_.has_fenced_sessions()) {
      world_.breaks("I6: all are on blue, but read-only sessions are left");
    }
  }

  World world_;
  Network network_;
  Servers servers_;
  std::vector<std::unique_ptr<Bouncer>> bouncers_;
  Agents agents_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Controller>> controllers_;
  int crashes_left_ = world_.settings.controller_crashes;
  int recoveries_ = 0;
  std::uint64_t steps_begun_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> at_steps_;
  ProcessId overtaken_ = 0;
};

}  // namespace

Verdict simulate(const Settings& settings, Log log) {
  Simulation simulation(settings);
  return simulation.run(log);
}

std::string how_to_replay(const Settings& settings) {
  return "CUTOVER_SIMULATION_SEED=" + std::to_string(settings.seed) +
         " CUTOVER_SIMULATION_MUTATION=" + name_of(settings.mutation) +
         " simulation_tests --gtest_filter=Simulation.ReplaysOneSeed";
}

}  // namespace cutover::simulation
