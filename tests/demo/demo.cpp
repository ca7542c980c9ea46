// The demo: blue 13 → green 17 behind two PgBouncers with agents over ssh, sixteen writers at full
// speed, and a verdict.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/load/floor.h"
#include "tests/support/load/load_driver.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/rig/cutover_rig.h"
#include "tests/support/rig/programs.h"

namespace {

using cutover::support::CutoverRig;

constexpr int writers = 16;
constexpr int settling_writes = 200;
constexpr std::chrono::seconds patience{60};

void say(const std::string& text) {
  std::cout << "\n\x1b[1m" << text << "\x1b[0m" << std::endl;
}

cutover::support::RigOptions demo_fleet() {
  cutover::support::RigOptions options;
  options.blue_major = 13;
  options.green_major = 17;
  options.hosts = 2;
  options.schema = {.tables = 300, .sequences = 300};
  options.reach = cutover::support::Reach::libssh2;
  return options;
}

/// The command with this terminal for its own, so that it shows the run live.
int run_on_terminal(const CutoverRig& rig, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {cutover::support::cutover_program().string(), "--config",
                                    rig.config_path().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  setenv("PGPASSFILE", (rig.config_path().parent_path() / "pgpass").c_str(), 1);
  pid_t pid = 0;
  if (posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return -1;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_captured(const CutoverRig& rig, const std::vector<std::string>& arguments) {
  const auto finished = rig.cutover(arguments, std::chrono::minutes(5));
  std::cout << finished.output << finished.errors << std::flush;
  return finished.exit_code.value_or(-1);
}

/// Prints what the command prints; throws when it does not end with 0.
void run(const CutoverRig& rig, const std::vector<std::string>& arguments) {
  std::string shown = "$ cutover";
  for (const auto& argument : arguments) shown += " " + argument;
  say(shown);
  const int exit_code =
      isatty(STDOUT_FILENO) != 0 ? run_on_terminal(rig, arguments) : run_captured(rig, arguments);
  if (exit_code != 0) throw std::runtime_error(fmt::format("{} ended with {}", shown, exit_code));
}

void wait_for_writes(const cutover::support::LoadDriver& load, int writes) {
  if (!load.everyone_wrote(writes, patience))
    throw std::runtime_error("the writers have stopped writing");
}

int show() {
  say("Starting PostgreSQL 13 (blue) and 17 (green), two PgBouncers with an agent each, sshd");
  CutoverRig rig(demo_fleet());
  run(rig, {"prepare", "--no-dry-run", "--yes"});
  run(rig, {"subscribe", "--no-dry-run", "--yes"});
  run(rig, {"analyze", "--no-dry-run", "--yes"});

  say(fmt::format("Starting {} writers at full speed through both bouncers", writers));
  cutover::support::LoadOptions load_options;
  load_options.clients = writers;
  auto load = rig.start_load(load_options);
  wait_for_writes(load, settling_writes);
  const auto floor = cutover::support::measure_floor(load, rig.console_conninfos());
  std::cout << fmt::format(
      "floor: a bare PAUSE + RESUME holds writes for {:.1f} ms, longest stall of a client {:.1f} "
      "ms\n",
      floor.held_ms, floor.longest_stall_ms);

  run(rig, {"--dry-run"});
  const auto begun = cutover::support::LoadClock::now();
  run(rig, {"--no-dry-run", "--yes"});
  const auto ended = cutover::support::LoadClock::now();
  wait_for_writes(load, settling_writes);
  const double stall = load.longest_stall(begun, ended);
  const auto verdict = rig.stop_and_verify(load);

  say("Verdict");
  std::cout << cutover::support::to_text(verdict) << "\n";
  std::cout << fmt::format(
      "longest stall of any client: {:.1f} ms; floor (bare PAUSE + RESUME): {:.1f} ms\n", stall,
      floor.longest_stall_ms);
  std::cout << fmt::format("{} lost, {} doubled, {} failed\n", verdict.lost, verdict.doubled,
                           verdict.failed);
  return verdict.is_clean() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main() {
  try {
    return show();
  } catch (const std::exception& failure) {
    std::cerr << "demo: " << failure.what() << std::endl;
    return EXIT_FAILURE;
  }
}
