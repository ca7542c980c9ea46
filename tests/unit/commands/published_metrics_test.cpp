// The textfile at the end of a command.
#include "controller/commands/published_metrics.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

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

}  // namespace
}  // namespace cutover
