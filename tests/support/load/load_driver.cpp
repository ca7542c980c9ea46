#include "tests/support/load/load_driver.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/support/eventually.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

void make_client_rows(const LoadOptions& options) {
  const int last = options.first_client + options.clients - 1;
  run_sql(options.bouncers.at(0), "INSERT INTO load.client (client) SELECT generate_series(" +
                                      std::to_string(options.first_client) + ", " +
                                      std::to_string(last) + ") ON CONFLICT DO NOTHING");
}

/// Between the beginnings of one client's writes; 0 where it does not pause.
std::chrono::microseconds interval_of(const LoadOptions& options) {
  if (options.writes_per_second <= 0) return std::chrono::microseconds{0};
  return std::chrono::microseconds{
      static_cast<std::int64_t>(1e6 * options.clients / options.writes_per_second)};
}

LoadClientOptions client_options(const LoadOptions& options, int number) {
  LoadClientOptions client;
  client.conninfo = options.bouncers[static_cast<std::size_t>(number) % options.bouncers.size()];
  client.tables = load_tables(options.schema);
  client.multi_statement_every = options.multi_statement_every;
  client.ticket_every = options.ticket_every;
  client.reconnect_every = options.reconnect_every;
  client.long_transactions = number < options.long_transaction_clients;
  client.long_transaction = options.long_transaction;
  client.retry_after = options.retry_after;
  client.interval = interval_of(options);
  client.turn = static_cast<double>(number) / options.clients;
  return client;
}

}  // namespace

double milliseconds(LoadClock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

LoadDriver::LoadDriver(LoadOptions options) : options_(std::move(options)) {
  make_client_rows(options_);
  for (int number = 0; number < options_.clients; ++number)
    clients_.push_back(std::make_unique<LoadClient>(options_.first_client + number,
                                                    client_options(options_, number)));
}

LoadDriver::LoadDriver(LoadDriver&&) noexcept = default;
LoadDriver& LoadDriver::operator=(LoadDriver&&) noexcept = default;

LoadDriver::~LoadDriver() {
  for (const auto& client : clients_) client->ask_to_stop();
}

void LoadDriver::stop(std::chrono::milliseconds limit) {
  for (const auto& client : clients_) client->ask_to_stop();
  const auto all_stopped = [this] {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const auto& client) { return client->has_stopped(); });
  };
  if (!eventually(limit, all_stopped))
    for (const auto& client : clients_) client->interrupt();
  for (const auto& client : clients_) client->join();
}

void LoadDriver::rest() {
  for (const auto& client : clients_) client->rest(true);
}

void LoadDriver::go_on() {
  for (const auto& client : clients_) client->rest(false);
}

LoadProgress LoadDriver::progress() const {
  LoadProgress sum;
  for (const auto& client : clients_) {
    const LoadProgress one = client->record().progress();
    sum.acknowledged += one.acknowledged;
    sum.failed += one.failed;
    sum.unknown += one.unknown;
    sum.connections += one.connections;
  }
  return sum;
}

bool LoadDriver::everyone_wrote(int writes, std::chrono::milliseconds limit) const {
  std::vector<std::uint64_t> goals;
  for (const auto& client : clients_)
    goals.push_back(client->record().progress().acknowledged + static_cast<std::uint64_t>(writes));
  return eventually(limit, [&] {
    for (std::size_t number = 0; number < goals.size(); ++number)
      if (record(number).progress().acknowledged < goals[number]) return false;
    return true;
  });
}

void LoadDriver::leave_their_rhythm() const {
  static std::mt19937_64 random{std::random_device{}()};
  std::chrono::microseconds period = interval_of(options_);
  if (options_.long_transaction_clients > 0)
    period = std::max<std::chrono::microseconds>(period, options_.long_transaction);
  std::uniform_int_distribution<std::int64_t> part{0, period.count()};
  std::this_thread::sleep_for(std::chrono::microseconds{part(random)});
}

double LoadDriver::longest_stall(LoadClock::time_point from, LoadClock::time_point to) const {
  LoadClock::duration longest{0};
  for (const auto& client : clients_)
    longest = std::max(longest, client->record().longest_stall(from, to));
  return milliseconds(longest);
}

double LoadDriver::longest_outage(LoadClock::time_point from, LoadClock::time_point to) const {
  LoadClock::duration longest{0};
  for (const auto& client : clients_)
    longest = std::max(longest, client->record().longest_outage(from, to));
  return milliseconds(longest);
}

std::vector<double> LoadDriver::longest_stalls() const {
  std::vector<double> stalls;
  for (const auto& client : clients_)
    stalls.push_back(milliseconds(
        client->record().longest_stall(LoadClock::time_point{}, LoadClock::time_point::max())));
  return stalls;
}

Latency LoadDriver::latency() const {
  std::vector<double> taken;
  for (const auto& client : clients_)
    for (const WriteTime& write : client->record().times())
      taken.push_back(milliseconds(write.taken));
  if (taken.empty()) return {};
  std::sort(taken.begin(), taken.end());
  const auto at = [&](double part) {
    return taken[static_cast<std::size_t>(part * static_cast<double>(taken.size() - 1))];
  };
  return {at(0.5), at(0.99), taken.back()};
}

std::vector<std::string> LoadDriver::errors() const {
  std::vector<std::string> all;
  for (const auto& client : clients_)
    for (auto& error : client->record().errors()) all.push_back(std::move(error));
  return all;
}

bool LoadDriver::writes_have_ended(LoadClock::time_point moment) const {
  return std::all_of(clients_.begin(), clients_.end(), [moment](const auto& client) {
    return client->record().is_idle_or_began_after(moment);
  });
}

}  // namespace cutover::support
