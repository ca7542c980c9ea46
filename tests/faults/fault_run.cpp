#include "tests/faults/fault_run.h"

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/faults/network_faults.h"
#include "tests/support/eventually.h"

namespace cutover::faults {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

support::ChildOptions held_cutover(const Fault& fault, const Scene& scene) {
  auto arguments = scene.command;
  arguments.insert(arguments.end(), {"--no-dry-run", "--yes"});
  const auto& step = scene.moment.step.empty() ? fault.early_step : scene.moment.step;
  auto child = scene.fleet.dying_cutover("hold@began " + step, arguments);
  if (!fault.fakes_time) return child;
  const auto clock = scene.fleet.marker().parent_path() / "clock";
  std::ofstream(clock) << "+0\n";
  child.environment["LD_PRELOAD"] = faketime;
  child.environment["FAKETIME_TIMESTAMP_FILE"] = clock.string();
  child.environment["FAKETIME_NO_CACHE"] = "1";
  child.environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
  child.environment["DONT_FAKE_MONOTONIC"] = "1";
  return child;
}

void strike_held(const Fault& fault, Scene& scene) {
  fault.strike(scene);
  std::filesystem::remove(scene.fleet.marker());
}

/// The controller goes on and the other agent stands still until the first bouncer has switched;
/// after the strike its message is late, lost with the agent, or was never sent.
void strike_half_switched(const Fault& fault, Scene& scene, CellResult& result) {
  auto& rig = scene.fleet.rig();
  const auto ini = [&] { return support::read_file(rig.pgbouncer(0).ini_path()); };
  const auto before = ini();
  const int late_agent = rig.agent(late_host).pid();
  ::kill(late_agent, SIGSTOP);
  std::filesystem::remove(scene.fleet.marker());
  if (!support::eventually(
          seconds(10), [&] { return ini() != before; }, milliseconds(1)))
    result.broken.push_back("no bouncer has switched");
  fault.strike(scene);
  if (rig.agent(late_host).is_running()) ::kill(late_agent, SIGCONT);
}

/// The controller stands still while the fault strikes, and goes on at once.
void strike(const Fault& fault, Scene& scene, CellResult& result) {
  std::ifstream(scene.fleet.marker()) >> scene.controller.worker >> scene.controller.parent;
  if (scene.moment.half_switched) return strike_half_switched(fault, scene, result);
  strike_held(fault, scene);
}

void run_and_strike(const Fault& fault, Scene& scene, CellResult& result) {
  if (fault.lasts) fault.strike(scene);
  support::ChildProcess run(held_cutover(fault, scene));
  const bool came = support::eventually(seconds(60), [&] {
    return std::filesystem::exists(scene.fleet.marker()) || !run.is_running();
  });
  if (!came || !run.is_running()) {
    result.broken.push_back("the run did not come to the moment");
  } else if (fault.lasts) {
    std::filesystem::remove(scene.fleet.marker());
  } else {
    strike(fault, scene, result);
    support::eventually(fault.heals_after, [&] { return !run.is_running(); });
    fault.heal(scene);
  }
  const auto code = run.wait(seconds(90));
  if (!code) result.broken.push_back("the run did not end");
  result.exit_code = code && *code <= 5 ? *code : -1;
  result.log += run.output() + run.errors();
  scene.sessions.clear();
}

/// As an operator does, again where the fleet was still coming up.
void recover(Scene& scene, CellResult& result) {
  const auto recovered = [&] {
    const auto ended =
        scene.fleet.rig().cutover({"recover", "--no-dry-run", "--yes"}, seconds(120));
    result.recovery_exit_code = ended.exit_code.value_or(-1);
    result.log += ended.output + ended.errors;
    return result.recovery_exit_code == 0;
  };
  if (!support::eventually(seconds(60), recovered, milliseconds(500)))
    result.broken.push_back("recovery does not end well");
}

void count(const support::LoadVerdict& verdict, CellResult& result) {
  result.failed += verdict.failed;
  if (verdict.lost > 0) result.broken.push_back(fmt::format("{} lost", verdict.lost));
  if (verdict.doubled > 0) result.broken.push_back(fmt::format("{} doubled", verdict.doubled));
  if (verdict.unexpected > 0)
    result.broken.push_back(fmt::format("{} refused yet applied", verdict.unexpected));
  if (!verdict.problems.empty() && !result.broken.empty()) result.log += support::to_text(verdict);
}

/// What green had when it was asked is on blue, by the way back.
bool blue_follows(const support::CutoverRig& rig) {
  support::SqlSession green(rig.green_conninfo());
  const auto position = green.value("SELECT pg_current_wal_lsn()");
  return support::eventually(seconds(20), [&] {
    return green.value(
               "SELECT count(*) FROM pg_replication_slots "
               "WHERE slot_name = 'cutover_back' AND confirmed_flush_lsn >= '" +
               position + "'") == "1";
  });
}

void count_writes(Scene& scene, CellResult& result) {
  auto& fleet = scene.fleet;
  result.on_green = fleet.all_on_green();
  if (!result.on_green && !fleet.all_on_blue())
    result.broken.push_back("neither all-blue nor all-green");
  if (!result.on_green && scene.moment.only_green)
    result.broken.push_back("a bouncer had switched, yet green does not serve");
  if (!fleet.everyone_writes()) result.broken.push_back("not everyone writes again");
  fleet.load().stop();
  const auto serving = result.on_green ? fleet.rig().green_conninfo() : fleet.rig().blue_conninfo();
  const auto verdict = support::verify_load(fleet.load(), serving);
  result.longest_stall = verdict.longest_stall;
  count(verdict, result);
  if (result.on_green && !blue_follows(fleet.rig()))
    result.broken.push_back("the way back does not follow");
  for (const auto& writer : scene.writers) {
    writer->stop();
    auto past_the_bouncers = support::verify_load(*writer, serving);
    past_the_bouncers.failed = 0;  // blue refuses them, as it should
    count(past_the_bouncers, result);
  }
}

}  // namespace

tests::FleetOptions fleet_for(const Fault& fault) {
  tests::FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  options.rig.durability = support::Durability::fast;
  if (fault.over_ssh) options.rig.reach = support::Reach::libssh2;
  options.rig.limits =
      "lease = \"1500ms\"\ndrain_timeout = \"500ms\"\nattempts = 2\nbackoff = \"200ms\"\n"
      "quiet_timeout = \"3s\"\npause_budget = \"3s\"\n";
  return options;
}

void strike_and_recover(const Fault& fault, Scene& scene, CellResult& result) {
  run_and_strike(fault, scene, result);
  recover(scene, result);
}

CellResult run_cell(const Fault& fault, const Moment& moment) {
  tests::FleetUnderLoad fleet(fleet_for(fault));
  Scene scene{fleet, moment};
  if (fault.through_proxies) scene.network = std::make_shared<ControllersNetwork>(fleet.rig());
  CellResult result;
  strike_and_recover(fault, scene, result);
  count_writes(scene, result);
  const auto also = fault.broken_in_the_end(scene);
  if (!also.empty()) result.broken.push_back(also);
  if (!result.broken.empty()) result.log += fleet.rig().logs();
  return result;
}

std::string to_text(const CellResult& result) {
  const auto ended =
      result.exit_code < 0 ? std::string("killed") : fmt::format("exit {}", result.exit_code);
  auto text = fmt::format("{}, {} serves, {} failed, stall {:.0f} ms", ended,
                          result.on_green ? "green" : "blue", result.failed, result.longest_stall);
  for (const auto& promise : result.broken) text += ", **" + promise + "**";
  return text;
}

}  // namespace cutover::faults
