// The textfile at the end of a command.
#include "controller/commands/published_metrics.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/log/log.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

/// This process may open no further file.
class NoFilesLeft {
 public:
  NoFilesLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(STDERR_FILENO);
    close(next);
    const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoFilesLeft() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST(PublishedMetrics, WhatFailsIsNoFailureOfTheCommand) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan opens a pipe to look at memory, and calls all of it invalid where it cannot";
#endif
  const support::TemporaryDirectory directory("textfile");
  Config config;
  config.state_dir = directory / "state";
  config.metrics_textfile = directory / "cutover.prom";
  {
    const NoFilesLeft none;
    EXPECT_NO_THROW(publish_metrics(config, CommandResult{}));
  }
  publish_metrics(config, CommandResult{});
  EXPECT_TRUE(std::ifstream(config.metrics_textfile).good());
}

TEST(PublishedMetrics, OfACommandDoNotGrowOld) {
  const support::TemporaryDirectory directory("textfile");
  Config config;
  config.state_dir = directory / "state";
  config.metrics_textfile = directory / "cutover.prom";
  publish_metrics(config, CommandResult{});
  std::ostringstream page;
  page << std::ifstream(config.metrics_textfile).rdbuf();
  EXPECT_NE(page.str().find("cutover_phase"), std::string::npos);
  EXPECT_EQ(page.str().find("cutover_looked_timestamp_seconds"), std::string::npos)
      << "no alert may tell of a watch that nobody has started";
}

TEST(PublishedMetrics, WithoutTheJournalSaySoOnce) {
  const support::TemporaryDirectory directory("journal");
  Config config;
  config.state_dir = directory / "state";
  std::filesystem::create_directories(config.state_dir / "journal.sqlite");
  ControllerMetrics metrics;
  testing::internal::CaptureStderr();
  set_up_log({LogFormat::text, LogLevel::info});
  for (int times = 0; times < 3; ++times) take_journal(metrics, config);
  const auto log = testing::internal::GetCapturedStderr();
  const std::string warning = "its runs are not among the metrics";
  const auto first = log.find(warning);
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find(warning, first + 1), std::string::npos) << log;
}

}  // namespace
}  // namespace cutover
