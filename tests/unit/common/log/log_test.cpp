#include "common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

namespace cutover {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

template <class Logging>
std::string logged(LogFormat format, Logging logging) {
  testing::internal::CaptureStderr();
  set_up_log({format, LogLevel::info});
  logging();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, EveryLineHasTheRunUntilThereIsNone) {
  const auto lines = logged(LogFormat::text, [] {
    set_log_run("20260131T120000-ab12");
    log_info("paused", {{"pgbouncer", "main"}});
    spdlog::warn("green cannot be reached: {}", "timeout");
    set_log_run("");
    log_info("idle");
  });
  EXPECT_THAT(lines,
              HasSubstr("level=info run=20260131T120000-ab12 event=paused pgbouncer=main\n"));
  EXPECT_THAT(lines, HasSubstr("level=warning run=20260131T120000-ab12 "
                               "msg=\"green cannot be reached: timeout\"\n"));
  EXPECT_THAT(lines, EndsWith("level=info event=idle\n"));
}

TEST(Log, JsonIsOneObjectALineWhateverIsInIt) {
  const auto line = logged(LogFormat::json, [] {
    log_error("cannot \"start\"", {{"what", "two\nlines\t\\"}});
  });
  const auto object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("level").as_string(), "error");
  EXPECT_EQ(object.at("event").as_string(), "cannot \"start\"");
  EXPECT_EQ(object.at("what").as_string(), "two\nlines\t\\");
}

TEST(Log, TheJournalGetsItsLevelsAndNoTime) {
  const auto lines = logged(LogFormat::journal, [] {
    log_info("a");
    log_warning("b");
    log_error("c");
  });
  EXPECT_EQ(lines, "<6>event=a\n<4>event=b\n<3>event=c\n");
}

TEST(Log, ValuesAreQuotedWhereTheyWouldFallApart) {
  EXPECT_EQ(log_line("lease ran out", {{"a", "x=y"}, {"b", "say \"hi\""}, {"c", ""}}),
            "event=\"lease ran out\" a=\"x=y\" b=\"say \\\"hi\\\"\" c=\"\"");
}

}  // namespace
}  // namespace cutover
