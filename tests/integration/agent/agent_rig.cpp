// See agent_rig.h.
#include "tests/integration/agent/agent_rig.h"

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

using namespace std::chrono_literals;

support::PostgresOptions server_named(const std::string& cluster) {
  support::PostgresOptions options;
  options.cluster = cluster;
  options.durability = support::Durability::fast;
  return options;
}

std::unique_ptr<support::PgbouncerServer> bouncer_to(const support::PostgresServer& server) {
  support::PgbouncerOptions options;
  options.entries = {{"app", "host=127.0.0.1 port=" + std::to_string(server.port()) +
                                 " dbname=postgres user=postgres"}};
  options.settings = {{"server_login_retry", "1"}};
  return std::make_unique<support::PgbouncerServer>(options);
}

}  // namespace

Clients::Clients(const std::vector<std::string>& conninfos) {
  for (const std::string& conninfo : conninfos)
    threads_.emplace_back([this, conninfo] { work(conninfo); });
}

Clients::~Clients() {
  stop_ = true;
}

void Clients::work(const std::string& conninfo) {
  support::SqlSession session(conninfo);
  while (!stop_) {
    const auto result = session.run("select 1");
    if (result.ok) {
      ++answers_;
      continue;
    }
    ++failures_;
    const std::lock_guard lock(mutex_);
    last_failure_ = result.error;
    session = support::SqlSession(conninfo);
  }
}

std::string Clients::last_failure() const {
  const std::lock_guard lock(mutex_);
  return last_failure_;
}

bool Clients::are_served(int more, std::chrono::milliseconds limit) const {
  const int wanted = answers_ + more;
  return support::eventually(limit, [&] { return answers_ >= wanted; });
}

AgentOnRealServers::AgentOnRealServers()
    : blue_(server_named("blue")), green_(server_named("green")) {
  first_ = bouncer_to(blue_);
  second_ = bouncer_to(blue_);
  agent_ = std::make_unique<support::AgentProcess>(support::AgentOptions{
      {support::bouncer_of("first", *first_), support::bouncer_of("second", *second_)}});
}

proto::Request AgentOnRealServers::arm_request(std::uint64_t epoch) const {
  proto::Request request;
  request.set_run_id("run-" + std::to_string(epoch));
  request.set_epoch(epoch);
  proto::EntryMove* const move = request.mutable_arm()->add_moves();
  move->set_entry("app");
  move->set_from_host("127.0.0.1");
  move->set_from_port(std::to_string(blue_.port()));
  move->set_to_host("127.0.0.1");
  move->set_to_port(std::to_string(green_.port()));
  return request;
}

void AgentOnRealServers::hold(AgentClient& client, std::uint64_t epoch, std::uint32_t lease_ms) {
  for (const auto& request :
       {claim_request(epoch), arm_request(epoch), pause_request(epoch, 2000, lease_ms)}) {
    const auto reply = client.ask(request);
    ASSERT_EQ(reply.outcome(), proto::DONE) << reply.what() << "\n" << agent_log();
  }
}

std::string AgentOnRealServers::port_behind(const support::PgbouncerServer& bouncer) const {
  return support::run_sql(bouncer.conninfo("app"), "show port").value();
}

bool AgentOnRealServers::both_lead_to(const support::PostgresServer& server) const {
  const std::string port = std::to_string(server.port());
  return port_behind(*first_) == port && port_behind(*second_) == port;
}

bool AgentOnRealServers::is_paused(const support::PgbouncerServer& bouncer) const {
  support::SqlSession console(bouncer.console_conninfo());
  return console.run("PAUSE pgbouncer").error.find("already suspended/paused") != std::string::npos;
}

std::string AgentOnRealServers::agent_log() const {
  return support::read_file(agent_->log_file());
}

std::string AgentOnRealServers::metric(const std::string& name) const {
  const std::string page = support::run_or_throw(
      {{"curl", "-sf", "http://127.0.0.1:" + std::to_string(agent_->metrics_port()) + "/metrics"}});
  const auto at = page.find("\n" + name + " ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 2;
  return page.substr(begin, page.find('\n', begin) - begin);
}

std::unique_ptr<Clients> AgentOnRealServers::clients(int each) const {
  std::vector<std::string> conninfos;
  for (int i = 0; i < each; ++i)
    for (const auto* const bouncer : {first_.get(), second_.get()})
      conninfos.push_back(bouncer->conninfo("app"));
  return std::make_unique<Clients>(conninfos);
}

}  // namespace cutover::agent
