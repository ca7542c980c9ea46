// See fake_pgbouncer.h.
#include "tests/unit/agent/fake_pgbouncer.h"

#include <algorithm>

#include "common/async/within.h"

namespace cutover::agent {
namespace {

using std::to_string;

postgres::Failure refusal(const std::string& what) {
  postgres::Failure failure;
  failure.what = what;
  failure.sqlstate = "08P01";
  return failure;
}

postgres::Failure loss() {
  postgres::Failure failure;
  failure.what = "connection lost";
  failure.lost = true;
  return failure;
}

class FakeLine : public ConsoleLine {
 public:
  explicit FakeLine(FakePgbouncer& bouncer)
      : bouncer_(bouncer), of_every_line_(bouncer.of_every_line), generation_(bouncer.generation) {}

  Task<ConsoleAnswer> send(std::string command) override {
    auto answer = co_await bouncer_.carry_out(std::move(command), generation_);
    if (answer.has_error() && answer.error().lost) open_ = false;
    co_return answer;
  }
  bool is_open() const override { return open_; }
  std::string version() const override { return bouncer_.version; }

 private:
  FakePgbouncer& bouncer_;
  std::shared_ptr<bool> of_every_line_;
  int generation_;
  bool open_ = true;
};

class FakeDialer : public ConsoleDialer {
 public:
  explicit FakeDialer(FakePgbouncer& bouncer) : bouncer_(bouncer) {}

  Task<postgres::Answer<std::unique_ptr<ConsoleLine>>> dial() override {
    if (!bouncer_.is_up || bouncer_.shutting_down) co_return loss();
    if (bouncer_.hung_dials > 0) {
      --bouncer_.hung_dials;
      co_await sleep_for(std::chrono::hours(1));
    }
    std::unique_ptr<ConsoleLine> line = std::make_unique<FakeLine>(bouncer_);
    co_return std::move(line);
  }

 private:
  FakePgbouncer& bouncer_;
};

ConsoleRow database_row(const std::string& name, const FakeEntry& entry) {
  return {{"name", name},
          {"host", entry.host},
          {"port", entry.port},
          {"database", name},
          {"paused", entry.paused ? "1" : "0"},
          {"disabled", "0"}};
}

ConsoleRow pool_row(const std::string& name, const FakeEntry& entry) {
  return {{"database", name},
          {"user", "app"},
          {"cl_active", "0"},
          {"cl_waiting", to_string(entry.clients_waiting)},
          {"sv_active", to_string(entry.servers_active)},
          {"sv_idle", "0"},
          {"sv_being_canceled", to_string(entry.servers_being_canceled)},
          {"sv_login", to_string(entry.servers_logging_in)}};
}

std::string unquoted(const std::string& argument) {
  return argument.size() > 1 && argument.front() == '"' ? argument.substr(1, argument.size() - 2)
                                                        : argument;
}

}  // namespace

std::unique_ptr<ConsoleDialer> FakePgbouncer::dialer() {
  return std::make_unique<FakeDialer>(*this);
}

void FakePgbouncer::restart() {
  ++generation;
  globally_paused = false;
  shutting_down = false;
  for (auto& [name, entry] : entries) entry.paused = false;
}

int FakePgbouncer::sent(const std::string& command) const {
  return static_cast<int>(std::ranges::count(commands, command));
}

bool FakePgbouncer::is_drained() const {
  return std::ranges::all_of(entries, [this](const auto& one) {
    return !(globally_paused || one.second.paused) || one.second.servers_active == 0;
  });
}

ConsoleAnswer FakePgbouncer::show(const std::string& view) const {
  if (refused_views.contains(view)) return refusal("SHOW " + view + " is refused");
  ConsoleReply reply{"SHOW", {}};
  if (view == "DATABASES") {
    reply.rows.push_back(database_row("pgbouncer", FakeEntry{"", "6432"}));
    for (const auto& [name, entry] : entries) reply.rows.push_back(database_row(name, entry));
  }
  if (view == "POOLS")
    for (const auto& [name, entry] : entries) reply.rows.push_back(pool_row(name, entry));
  if (view == "CONFIG")
    for (const auto& [key, value] : config) reply.rows.push_back({{"key", key}, {"value", value}});
  if (view == "SERVERS") reply.rows = servers;
  if (view == "CLIENTS") reply.rows = clients;
  if (view == "STATE")
    reply.rows.push_back({{"key", "paused"}, {"value", globally_paused ? "yes" : "no"}});
  return reply;
}

Task<ConsoleAnswer> FakePgbouncer::pause(std::string entry) {
  if (globally_paused) co_return refusal("already suspended/paused");
  if (entry == "pgbouncer") co_return refusal("cannot pause admin db: pgbouncer");
  if (!entry.empty() && !entries.contains(entry)) co_return refusal("no such database: " + entry);
  const int born = generation;
  if (entry.empty())
    globally_paused = true;
  else
    entries.at(entry).paused = true;
  while (!is_drained()) {
    co_await sleep_for(std::chrono::milliseconds(1));
    if (generation != born) co_return loss();
  }
  co_return ConsoleReply{pause_tag, {}};
}

ConsoleAnswer FakePgbouncer::resume(const std::string& entry) {
  if (entry.empty()) {
    if (shutting_down) return refusal("pooler is shutting down");
    if (!globally_paused) return refusal("pooler is not paused/suspended");
    globally_paused = false;
  } else {
    if (!entries.at(entry).paused) return refusal("database " + entry + " is not paused");
    entries.at(entry).paused = false;
  }
  return ConsoleReply{"RESUME", {}};
}

Task<ConsoleAnswer> FakePgbouncer::carry_out(std::string command, int from) {
  if (!is_up || from != generation) co_return loss();
  commands.push_back(command);
  if (on_command) on_command(command);
  const auto space = command.find(' ');
  const std::string verb = command.substr(0, space);
  const std::string argument =
      space == std::string::npos ? "" : unquoted(command.substr(space + 1));
  if (verb == "PAUSE") {
    auto paused = co_await pause(argument);
    co_return paused;
  }
  while (verb == "SHOW" && silent_views.contains(argument))
    co_await sleep_for(std::chrono::hours(1));
  if (verb == "SHOW") co_return show(argument);
  if (verb == "RESUME") co_return resume(argument);
  if (verb == "RELOAD" && on_reload) on_reload();
  if (verb == "SET")
    config[argument.substr(0, argument.find(' '))] =
        argument.substr(argument.find('\'') + 1, argument.rfind('\'') - argument.find('\'') - 1);
  co_return ConsoleReply{verb, {}};
}

}  // namespace cutover::agent
