#include "tests/benchmarks/load_shape.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover::bench {
namespace {

using support::LoadClock;
using support::LoadDriver;
using support::LoadOptions;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds retry_after{20};

LoadOptions options_of(const LoadShape& shape, int first_client) {
  LoadOptions options;
  options.clients = shape.clients;
  options.first_client = first_client;
  options.writes_per_second = shape.writes_per_second;
  options.reconnect_every = shape.reconnect_every;
  options.retry_after = retry_after;
  return options;
}

LoadOptions long_ones_of(const LoadShape& shape, int first_client) {
  LoadOptions options = options_of(shape, first_client + shape.clients);
  options.clients = shape.long_clients;
  options.long_transaction_clients = shape.long_clients;
  options.multi_statement_every = 1;
  options.writes_per_second = 0;
  return options;
}

}  // namespace

const LoadShape& load_shape(const std::string& name) {
  static const std::array shapes{
      LoadShape{.name = "idle",
                .meaning = "4 clients, 2 writes/s",
                .clients = 4,
                .writes_per_second = 2,
                .settling_writes = 1},
      LoadShape{.name = "50",
                .meaning = "16 clients, 50 writes/s",
                .writes_per_second = 50,
                .settling_writes = 3},
      LoadShape{.name = "500",
                .meaning = "16 clients, 500 writes/s",
                .writes_per_second = 500,
                .settling_writes = 10},
      LoadShape{.name = "max", .meaning = "16 clients, as fast as it goes"},
      LoadShape{.name = "mix",
                .meaning = "2 creates/s and 5 clients in transactions of 2 s without a break",
                .clients = 4,
                .writes_per_second = 2,
                .long_clients = 5,
                .settling_writes = 1},
      LoadShape{.name = "churn",
                .meaning = "16 clients, 200 writes/s, each on a connection of its own",
                .writes_per_second = 200,
                .reconnect_every = 1,
                .settling_writes = 5}};
  const auto found = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const LoadShape& shape) { return shape.name == name; });
  if (found == shapes.end()) throw std::runtime_error("there is no load \"" + name + "\"");
  return *found;
}

ShapedLoad::ShapedLoad(const support::CutoverRig& rig, const LoadShape& shape, int first_client)
    : shape_(shape) {
  drivers_.push_back(rig.start_load(options_of(shape, first_client)));
  if (shape.long_clients > 0) drivers_.push_back(rig.start_load(long_ones_of(shape, first_client)));
  rest();
}

void ShapedLoad::rest() {
  for (LoadDriver& driver : drivers_) driver.rest();
  const auto now = LoadClock::now();
  const auto rests = [&](const LoadDriver& driver) { return driver.writes_have_ended(now); };
  support::eventually(patience,
                      [&] { return std::all_of(drivers_.begin(), drivers_.end(), rests); });
}

void ShapedLoad::go_on() {
  for (LoadDriver& driver : drivers_) driver.go_on();
  settle();
}

void ShapedLoad::settle() const {
  for (const LoadDriver& driver : drivers_) {
    const bool is_long = driver.options().long_transaction_clients > 0;
    if (!driver.everyone_wrote(is_long ? 1 : shape_.settling_writes, patience))
      throw std::runtime_error("the writers have stopped writing");
  }
}

void ShapedLoad::leave_their_rhythm() const {
  for (const LoadDriver& driver : drivers_) driver.leave_their_rhythm();
}

double ShapedLoad::longest_outage(LoadClock::time_point from, LoadClock::time_point to) const {
  double longest = 0;
  for (const LoadDriver& driver : drivers_)
    longest = std::max(longest, driver.longest_outage(from, to));
  return longest;
}

support::LoadProgress ShapedLoad::progress() const {
  support::LoadProgress sum;
  for (const LoadDriver& driver : drivers_) {
    const auto one = driver.progress();
    sum.acknowledged += one.acknowledged;
    sum.failed += one.failed;
    sum.unknown += one.unknown;
  }
  return sum;
}

}  // namespace cutover::bench
