#include "controller/runbook/copy_programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/scoped_environment.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

namespace fs = std::filesystem;

Result<CopyPrograms> find_between(int blue_major, int green_major) {
  boost::asio::io_context context;
  Result<CopyPrograms> found = Error{"did not end"};
  boost::asio::co_spawn(context, find_copy_programs(blue_major, green_major),
                        [&](std::exception_ptr failure, Result<CopyPrograms> result) {
                          if (failure) std::rethrow_exception(failure);
                          found = std::move(result);
                        });
  context.run();
  return found;
}

/// The newest of Debian's packages on this machine; 0 without any.
int packaged_major() {
  for (int major = 30; major >= 12; --major)
    if (fs::exists(fmt::format("/usr/lib/postgresql/{}/bin/pg_restore", major))) return major;
  return 0;
}

/// First in PATH for as long as it lives: programs that say they are of that version.
class ProgramsInPath {
 public:
  explicit ProgramsInPath(const CopyVersions& versions) {
    say_version("pg_dump", versions.pg_dump);
    say_version("pg_restore", versions.pg_restore);
  }

 private:
  void say_version(const std::string& program, int major) const {
    const auto path = directory_ / program;
    support::write_file(
        path, fmt::format("#!/bin/sh\necho '{} (PostgreSQL) {}.4 (Debian)'\n", program, major));
    fs::permissions(path, fs::perms::owner_all);
  }

  support::TemporaryDirectory directory_;
  support::ScopedEnvironment environment_{support::Variables{
      {"PATH", directory_.path().string() + ":" + std::string(std::getenv("PATH"))}}};
};

TEST(CopyPrograms, FitFromBluesMajorOn) {
  EXPECT_EQ(why_unfit({15, 15}, 15, 18), "");
  EXPECT_EQ(why_unfit({18, 18}, 12, 18), "");
  EXPECT_EQ(why_unfit({14, 15}, 15, 18), "pg_dump is version 14 and cannot read blue's 15");
}

TEST(CopyPrograms, AnArchiveIsLoadedByNoOlderProgram) {
  EXPECT_EQ(why_unfit({15, 16}, 15, 17), "");
  EXPECT_EQ(why_unfit({16, 15}, 15, 17),
            "pg_restore is version 15 and cannot read what pg_dump 16 writes");
}

TEST(CopyPrograms, From17OnTheyFillNoOlderGreen) {
  EXPECT_EQ(why_unfit({16, 16}, 12, 14), "");
  EXPECT_EQ(why_unfit({17, 17}, 12, 17), "");
  EXPECT_EQ(
      why_unfit({15, 17}, 15, 16),
      "pg_restore is version 17 and sets transaction_timeout, which green's 16 does not know");
}

TEST(CopyPrograms, ThoseOfPathAreTakenWhereTheyFit) {
  const ProgramsInPath path({16, 17});
  const auto found = find_between(15, 17);
  ASSERT_TRUE(found) << to_text(found.error());
  EXPECT_EQ(found->said(), "pg_dump 16, pg_restore 17");
  EXPECT_EQ(found->path_of("pg_dump"), "pg_dump");
}

TEST(CopyPrograms, ThePackagedOnesAreTakenWhereThoseOfPathDoNotFit) {
  const int major = packaged_major();
  ASSERT_NE(major, 0) << "scripts/setup installs PostgreSQL";
  const ProgramsInPath path({major - 1, major - 1});
  const auto found = find_between(major, major);
  ASSERT_TRUE(found) << to_text(found.error());
  EXPECT_EQ(found->path_of("pg_restore"),
            fmt::format("/usr/lib/postgresql/{}/bin/pg_restore", major));
  EXPECT_EQ(found->versions.pg_dump, major);
}

TEST(CopyPrograms, WhereNoneFitsThoseOfPathAreNamed) {
  const ProgramsInPath path({17, 17});
  const auto found = find_between(9, 10);
  ASSERT_FALSE(found);
  EXPECT_EQ(
      found.error().what,
      "pg_restore is version 17 and sets transaction_timeout, which green's 10 does not know");
  EXPECT_NE(found.error().hint, "");
}

}  // namespace
}  // namespace cutover
