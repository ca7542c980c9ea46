#include "controller/runbook/copy_programs.h"

#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "common/async/within.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/scratch_directory.h"
#include "controller/runbook/tool_process.h"

namespace cutover {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds between_waits(20);
constexpr int first_with_transaction_timeout = 17;
constexpr const char* put_into_path =
    "put PostgreSQL's client programs of green's version, or else of blue's, first in PATH";

/// As the program says it.
Task<Result<int>> major_of_program(std::string program) {
  ScratchDirectory files(fs::temp_directory_path(), "cutover-version");
  const auto made = files.make();
  if (!made) co_return made.error();
  ToolStart start{{program, "--version"}, {}, files.path() / "output"};
  auto process = ToolProcess::start(start);
  if (!process) co_return process.error();
  auto code = process->exit_code();
  while (!code) {
    co_await sleep_for(between_waits);
    code = process->exit_code();
  }
  std::ifstream file(start.output);
  std::string line;
  std::getline(file, line);
  const auto digits = line.find(") ");
  const auto major = digits == std::string::npos ? 0 : number_of(line.substr(digits + 2));
  if (*code == 0 && major > 0) co_return static_cast<int>(major);
  co_return Error{program + " --version says: " + line, put_into_path};
}

Task<Result<CopyPrograms>> programs_in(fs::path directory) {
  CopyPrograms programs{std::move(directory), {}};
  const auto dump = co_await major_of_program(programs.path_of("pg_dump"));
  if (!dump) co_return dump.error();
  const auto restore = co_await major_of_program(programs.path_of("pg_restore"));
  if (!restore) co_return restore.error();
  programs.versions = {*dump, *restore};
  co_return programs;
}

std::vector<fs::path> packaged(int blue_major, int green_major) {
  std::vector<fs::path> directories;
  for (int major = green_major; major >= blue_major; --major)
    for (const auto& directory : {fmt::format("/usr/lib/postgresql/{}/bin", major),
                                  fmt::format("/usr/pgsql-{}/bin", major)})
      if (fs::exists(fs::path(directory) / "pg_restore")) directories.emplace_back(directory);
  return directories;
}

}  // namespace

std::string why_unfit(CopyVersions versions, int blue_major, int green_major) {
  if (versions.pg_dump < blue_major)
    return fmt::format("pg_dump is version {} and cannot read blue's {}", versions.pg_dump,
                       blue_major);
  if (versions.pg_restore < versions.pg_dump)
    return fmt::format("pg_restore is version {} and cannot read what pg_dump {} writes",
                       versions.pg_restore, versions.pg_dump);
  if (versions.pg_restore >= first_with_transaction_timeout &&
      green_major < first_with_transaction_timeout)
    return fmt::format(
        "pg_restore is version {} and sets transaction_timeout, which green's {} "
        "does not know",
        versions.pg_restore, green_major);
  return "";
}

std::string CopyPrograms::said() const {
  return fmt::format("pg_dump {}, pg_restore {}{}", versions.pg_dump, versions.pg_restore,
                     directory.empty() ? "" : " of " + directory.string());
}

Task<Result<CopyPrograms>> find_copy_programs(int blue_major, int green_major) {
  auto of_path = co_await programs_in(fs::path());
  auto wrong = of_path ? Error{why_unfit(of_path->versions, blue_major, green_major), put_into_path}
                       : of_path.error();
  if (wrong.what.empty()) co_return of_path;
  for (const auto& directory : packaged(blue_major, green_major)) {
    auto found = co_await programs_in(directory);
    if (found && why_unfit(found->versions, blue_major, green_major).empty()) co_return found;
  }
  co_return wrong;
}

}  // namespace cutover
