// The loop of looks, without a fleet: it goes on whatever happens, is held, and lets go at once.
#include "controller/looks/look_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

LookLoopOptions hasty() {
  LookLoopOptions options;
  options.interval = milliseconds(5);
  return options;
}

TEST(LookLoop, GoesOnAfterALookThatThrew) {
  std::atomic<int> looks = 0;
  std::atomic<int> failures = 0;
  auto options = hasty();
  options.failed = [&](const std::string& what) { failures += what == "out of order" ? 1 : 100; };
  const LookLoop loop(Config{}, options, [&](const FleetLook&) {
    if (++looks == 2) throw std::runtime_error("out of order");
  });
  EXPECT_TRUE(support::eventually(seconds(20), [&] { return looks > 3; }));
  EXPECT_EQ(failures, 1);
}

TEST(LookLoop, BeginsNoLookWhileItIsHeld) {
  std::atomic<int> looks = 0;
  LookLoop loop(Config{}, hasty(), [&](const FleetLook&) { ++looks; });
  EXPECT_TRUE(support::eventually(seconds(20), [&] { return looks > 3; }));
  loop.hold(true);
  const int before = looks;
  std::atomic<int> looks_of_another = 0;
  const LookLoop another(Config{}, hasty(), [&](const FleetLook&) { ++looks_of_another; });
  EXPECT_TRUE(support::eventually(seconds(20), [&] { return looks_of_another > 30; }));
  EXPECT_LE(looks, before + 1) << "only what was under way";
  loop.hold(false);
  EXPECT_TRUE(support::eventually(seconds(20), [&] { return looks > before + 3; }));
}

TEST(LookLoop, IsToldToStopAndNotWaitedForThoughALookHangs) {
  std::promise<void> hangs;
  std::promise<void> goes_on;
  LookLoop loop(Config{}, hasty(), [&](const FleetLook&) {
    hangs.set_value();
    goes_on.get_future().wait();
  });
  hangs.get_future().wait();
  loop.stop();
  goes_on.set_value();
}

}  // namespace
}  // namespace cutover
