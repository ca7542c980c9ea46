// See agent_harness.h.
#include "tests/unit/agent/agent_harness.h"

#include <filesystem>
#include <stdexcept>

#include "agent/ini/config_files.h"
#include "common/async/within.h"
#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

const std::string blue_ini =
    "[databases]\napp = host=blue port=5432\n[pgbouncer]\npool_mode = transaction\n";

Task<bool> act_for(std::chrono::milliseconds time) {
  co_await sleep_for(time);
  co_return true;
}

proto::EntryMove to_green(const std::string& entry) {
  proto::EntryMove move;
  move.set_entry(entry);
  move.set_from_host("blue");
  move.set_to_host("green");
  return move;
}

std::unique_ptr<boost::asio::io_context> new_context() {
  return std::make_unique<boost::asio::io_context>(1);
}

}  // namespace

proto::Request request_of(const Claim& claim) {
  proto::Request request;
  request.set_run_id(claim.run_id);
  request.set_epoch(claim.epoch);
  return request;
}

AgentHarness::AgentHarness() {
  support::write_file(ini_path(), blue_ini);
  prepare(first);
  prepare(second);
  make_agent();
}

void AgentHarness::prepare(FakePgbouncer& bouncer) {
  bouncer.entries["app"] = FakeEntry{"blue"};
  bouncer.on_reload = [this, &bouncer] {
    const auto files = ini::load_config(ini_path(), "", cutover::read_file);
    for (auto& [name, entry] : bouncer.entries) {
      const ini::Entry* const own = ini::find_entry(files.value(), name);
      const ini::Entry* const written = own ? own : ini::find_entry(files.value(), "*");
      if (written != nullptr) entry.host = written->host;
    }
  };
}

void AgentHarness::make_agent() {
  agent_.reset();  // its timers before their context
  context_ = new_context();
  AgentConfig config;
  config.state_dir = directory_ / "state";
  config.bouncers = {{"first", ini_path(), "dbname=pgbouncer host=/nowhere"},
                     {"second", ini_path(), "dbname=pgbouncer host=/nowhere"}};
  agent_ = std::make_unique<Agent>(
      context_->get_executor(), config, clock, metrics_, [this](const BouncerConfig& bouncer) {
        return bouncer.name == "first" ? first.dialer() : second.dialer();
      });
  const auto loaded = agent_->load();
  if (loaded.has_error()) throw std::runtime_error(loaded.error().what);
  agent_->take_up();
}

void AgentHarness::restart_agent() {
  make_agent();
}

void AgentHarness::lose_state() {
  std::filesystem::remove_all(directory_ / "state");
  restart_agent();
}

void AgentHarness::damage_record() {
  support::write_file(directory_ / "state/record.json", "{");
  restart_agent();
}

proto::Reply AgentHarness::ask(proto::Request request) {
  return run(*context_, agent_->answer(std::move(request)));
}

std::shared_ptr<proto::Reply> AgentHarness::ask_beside(proto::Request request) {
  auto reply = std::make_shared<proto::Reply>();
  boost::asio::co_spawn(
      *context_, agent_->answer(std::move(request)),
      [reply](const std::exception_ptr&, const proto::Reply& answer) { *reply = answer; });
  return reply;
}

proto::Reply AgentHarness::claim(const Claim& claim, proto::ClaimPurpose purpose) {
  proto::Request request = request_of(claim);
  request.mutable_claim()->set_purpose(purpose);
  return ask(request);
}

proto::Reply AgentHarness::arm(const Claim& claim) {
  return arm(claim, {"app"});
}

proto::Reply AgentHarness::arm(const Claim& claim, const std::vector<std::string>& entries) {
  proto::Request request = request_of(claim);
  request.mutable_arm();
  for (const std::string& entry : entries) *request.mutable_arm()->add_moves() = to_green(entry);
  return ask(request);
}

proto::Reply AgentHarness::preview(const std::vector<std::string>& entries) {
  proto::Request request;
  for (const std::string& entry : entries)
    *request.mutable_preview()->add_moves() = to_green(entry);
  return ask(request);
}

proto::Reply AgentHarness::inspect() {
  proto::Request request;
  request.mutable_inspect();
  return ask(request);
}

proto::Reply AgentHarness::pause(const Claim& claim, std::uint32_t drain_ms,
                                 std::uint32_t lease_ms) {
  proto::Request request = request_of(claim);
  request.mutable_pause()->set_drain_timeout_ms(drain_ms);
  request.mutable_pause()->set_lease_ms(lease_ms);
  return ask(request);
}

proto::Reply AgentHarness::prepare_pause(const Claim& claim, std::uint32_t drain_ms,
                                         std::uint32_t lease_ms) {
  proto::Request request = request_of(claim);
  request.mutable_pause()->set_drain_timeout_ms(drain_ms);
  request.mutable_pause()->set_lease_ms(lease_ms);
  request.mutable_pause()->set_only_prepare(true);
  return ask(request);
}

proto::Reply AgentHarness::renew(const Claim& claim, std::uint32_t lease_ms) {
  proto::Request request = request_of(claim);
  request.mutable_renew()->set_lease_ms(lease_ms);
  return ask(request);
}

proto::Reply AgentHarness::resume(const Claim& claim) {
  proto::Request request = request_of(claim);
  request.mutable_resume();
  return ask(request);
}

proto::Reply AgentHarness::switch_route(const Claim& claim) {
  proto::Request request = request_of(claim);
  request.mutable_switch_();
  return ask(request);
}

proto::Reply AgentHarness::revert(const Claim& claim) {
  proto::Request request = request_of(claim);
  request.mutable_revert();
  return ask(request);
}

void AgentHarness::hold(const Claim& by) {
  for (const auto& reply : {claim(by), arm(by), pause(by)})
    if (reply.outcome() != proto::DONE) throw std::runtime_error(reply.what());
}

bool AgentHarness::settle() {
  return run(*context_, agent_->settle(std::chrono::milliseconds(5000)));
}

bool AgentHarness::wind_up() {
  return run(*context_, within(std::chrono::milliseconds(5000), agent_->wind_up()));
}

void AgentHarness::die_after(int count, proto::Request request) {
  int left = count;
  const auto countdown = [&](const std::string&) {
    if (--left <= 0) context_->stop();
  };
  first.on_command = countdown;
  second.on_command = countdown;
  boost::asio::co_spawn(
      *context_, agent_->answer(std::move(request)),
      [this](const std::exception_ptr&, const proto::Reply&) { context_->stop(); });
  context_->restart();
  context_->run();
  first.on_command = nullptr;
  second.on_command = nullptr;
  restart_agent();
}

bool AgentHarness::all_on(const std::string& host) const {
  for (const FakePgbouncer* const bouncer : {&first, &second})
    if (bouncer->entries.at("app").host != host || bouncer->globally_paused ||
        bouncer->entries.at("app").paused)
      return false;
  return true;
}

bool AgentHarness::all_paused() const {
  return first.globally_paused && second.globally_paused;
}

void AgentHarness::write_ini(const std::string& text) {
  support::write_file(ini_path(), text);
  const auto files = ini::load_config(ini_path(), "", cutover::read_file);
  for (FakePgbouncer* const bouncer : {&first, &second})
    for (const ini::Entry& entry : ini::effective_entries(files.value()))
      if (entry.name != "*") bouncer->entries[entry.name].host = entry.host;
}

bool AgentHarness::eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    run(*context_, act_for(std::chrono::milliseconds(10)));
  }
  return true;
}

std::string AgentHarness::ini() const {
  return support::read_file(ini_path());
}

}  // namespace cutover::agent
