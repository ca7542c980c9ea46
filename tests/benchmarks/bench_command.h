// The parts of the benchmark as subcommands of one program.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::bench {

struct BenchCommand {
  CLI::App* app = nullptr;
  std::function<int()> run;  ///< the exit code
};

BenchCommand rounds_command(CLI::App& parent);
BenchCommand compare_command(CLI::App& parent);
BenchCommand scaling_command(CLI::App& parent);
BenchCommand costs_command(CLI::App& parent);

/// Where a command leaves its CSV and SVG; nothing is written without `out`.
struct BenchFiles {
  std::string out;
  std::string name;

  void declare(CLI::App& app);
  void write(const std::string& ending, const std::string& text) const;
};

/// Majors, hosts, sizes and how agents are reached.
void declare_fleet(CLI::App& app, support::RigOptions& fleet);

/// "name=value" each; throws for one without a sign.
support::RigOptions::Pairs pairs_of(const std::vector<std::string>& texts);

}  // namespace cutover::bench
