// The agent on real PgBouncers: pause, switch, lease, kill -9, and who may speak to it.
#include <gmock/gmock.h>

#include <set>

#include "tests/integration/agent/agent_rig.h"
#include "tests/support/child_process.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

using namespace std::chrono_literals;
using support::eventually;
using testing::HasSubstr;

TEST_F(AgentOnRealServers, ARunMovesBothProcessesAndNoClientSeesAnError) {
  const auto load = clients();
  AgentClient client = connect();
  ASSERT_TRUE(load->are_served(100, 20s));
  hold(client, 1, 10'000);
  EXPECT_TRUE(is_paused(*first_) && is_paused(*second_));
  const auto switched = client.ask(switch_request(1));
  ASSERT_EQ(switched.outcome(), proto::DONE) << switched.what();
  EXPECT_TRUE(switched.state().switched());
  EXPECT_TRUE(load->are_served(100, 20s));
  EXPECT_TRUE(both_lead_to(green_));
  EXPECT_EQ(load->failures(), 0) << load->last_failure();
  const auto after = client.ask(ping_request());
  for (const auto& process : after.state().processes()) {
    EXPECT_EQ(process.servers_elsewhere(), 0U);
    EXPECT_FALSE(process.paused());
  }
  EXPECT_EQ(client.ask(revert_request(1)).state().phase(), proto::IDLE);
  EXPECT_EQ(metric("cutover_resumes_total{reason=\"switch\"}"), "1");
  EXPECT_EQ(metric("cutover_pause_seconds_count"), "1");
}

TEST_F(AgentOnRealServers, APauseThatIsResumedIsSeenAsAShortWaitOnly) {
  const auto load = clients();
  AgentClient client = connect();
  hold(client, 1, 10'000);
  EXPECT_EQ(client.ask(resume_request(1)).outcome(), proto::DONE);
  EXPECT_TRUE(load->are_served(100, 20s));
  EXPECT_TRUE(both_lead_to(blue_));
  EXPECT_EQ(load->failures(), 0) << load->last_failure();
}

TEST_F(AgentOnRealServers, ADrainThatTakesTooLongIsResumedOnBoth) {
  AgentClient client = connect();
  support::SqlSession open_transaction(first_->conninfo("app"));
  open_transaction.must("set application_name = 'nightly job'; begin; select 1");
  const std::string pid = open_transaction.value("select pg_backend_pid()");
  client.ask(claim_request(1));
  client.ask(arm_request(1));
  const auto paused = client.ask(pause_request(1, 300, 10'000));
  EXPECT_EQ(paused.outcome(), proto::REFUSED);
  EXPECT_THAT(paused.what(), HasSubstr("still in use: backend " + pid + " (entry app, user "));
  EXPECT_THAT(paused.what(), HasSubstr("client 127.0.0.1:"));
  EXPECT_THAT(paused.what(), HasSubstr("nightly job"));
  EXPECT_THAT(paused.hint(), HasSubstr("SELECT pg_terminate_backend(PID)"));
  EXPECT_TRUE(both_serve());
  EXPECT_TRUE(open_transaction.run("commit").ok);
  EXPECT_EQ(client.ask(pause_request(1, 2000, 10'000)).outcome(), proto::DONE);
  EXPECT_EQ(client.ask(revert_request(1)).outcome(), proto::DONE);
}

TEST_F(AgentOnRealServers, ResumeCutsADrainShort) {
  AgentClient client = connect();
  AgentClient other = connect();
  support::SqlSession open_transaction(first_->conninfo("app"));
  open_transaction.must("begin; select 1");
  client.ask(claim_request(1));
  client.ask(arm_request(1));
  client.send(pause_request(1, 20'000, 30'000));
  ASSERT_TRUE(eventually(10s, [&] { return is_paused(*second_); }));
  EXPECT_EQ(other.ask(resume_request(1)).outcome(), proto::DONE);
  EXPECT_EQ(client.receive().outcome(), proto::REFUSED);
  EXPECT_TRUE(both_serve());
}

TEST_F(AgentOnRealServers, WithASilentControllerThePauseEndsWithinASecondOfTheLease) {
  AgentClient client = connect();
  const auto start = std::chrono::steady_clock::now();
  hold(client, 1, 1500);
  EXPECT_TRUE(is_paused(*first_));
  EXPECT_TRUE(eventually(10s, [&] { return both_serve(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1500ms + 1s);
  EXPECT_TRUE(both_lead_to(blue_));
  EXPECT_EQ(client.ask(renew_request(1, 1500)).outcome(), proto::REFUSED);
  EXPECT_EQ(client.ask(ping_request()).state().lease_expiries(), 1U);
}

TEST_F(AgentOnRealServers, APreparedPauseHoldsNobodyUpUntilItIsSent) {
  const auto load = clients();
  AgentClient client = connect();
  client.ask(claim_request(1));
  client.ask(arm_request(1));
  const auto prepared = client.ask(prepare_pause_request(1, 20'000));
  ASSERT_EQ(prepared.outcome(), proto::DONE) << prepared.what();
  EXPECT_TRUE(load->are_served(100, 20s));
  EXPECT_FALSE(is_paused(*first_) || is_paused(*second_));
  const auto paused = client.ask(pause_request(1, 5000, 20'000));
  ASSERT_EQ(paused.outcome(), proto::DONE) << paused.what();
  EXPECT_TRUE(is_paused(*first_) && is_paused(*second_));
  EXPECT_EQ(client.ask(resume_request(1)).outcome(), proto::DONE);
  EXPECT_EQ(load->failures(), 0) << load->last_failure();
}

TEST_F(AgentOnRealServers, APreparedPauseThatIsNeverSentEndsWithItsLeaseAlsoAfterKill9) {
  AgentClient client = connect();
  client.ask(claim_request(1));
  client.ask(arm_request(1));
  ASSERT_EQ(client.ask(prepare_pause_request(1, 1000)).outcome(), proto::DONE);
  agent_->kill9();
  agent_->start();
  AgentClient again = connect();
  EXPECT_TRUE(
      eventually(10s, [&] { return again.ask(ping_request()).state().phase() == proto::ARMED; }));
  EXPECT_TRUE(both_serve());
  EXPECT_EQ(again.ask(pause_request(1, 5000, 10'000)).outcome(), proto::DONE);
  EXPECT_EQ(again.ask(revert_request(1)).outcome(), proto::DONE);
  EXPECT_TRUE(both_serve());
}

TEST_F(AgentOnRealServers, AnAgentKilledWhilePausedHonoursTheLeaseAfterItsRestart) {
  AgentClient client = connect();
  hold(client, 1, 4000);
  agent_->kill9();
  EXPECT_TRUE(is_paused(*first_));
  agent_->start();
  AgentClient again = connect();
  const auto state = again.ask(ping_request()).state();
  EXPECT_EQ(state.phase(), proto::PAUSED);
  EXPECT_EQ(again.ask(renew_request(1, 2000)).outcome(), proto::DONE);
  EXPECT_TRUE(eventually(10s, [&] { return both_serve(); }));
}

TEST_F(AgentOnRealServers, AnAgentDeadForLongerThanTheLeaseResumesWithinASecondOfItsRestart) {
  AgentClient client = connect();
  hold(client, 1, 300);
  agent_->kill9();
  agent_->start();
  EXPECT_TRUE(eventually(1300ms, [&] { return both_serve(); }));
}

TEST_F(AgentOnRealServers, AnAgentKilledInTheSwitchGoesForwardAfterItsRestart) {
  const auto load = clients();
  AgentClient client = connect();
  hold(client, 1, 2000);
  client.send(switch_request(1));
  const auto record = agent_->state_directory() / "record.json";
  ASSERT_TRUE(eventually(
      5s, [&] { return support::read_file(record).find("\"switch") != std::string::npos; },
      std::chrono::milliseconds(0)));
  agent_->kill9();
  agent_->start();
  EXPECT_TRUE(eventually(10s, [&] {
    AgentClient again = connect();
    return again.ask(ping_request()).state().switched();
  }));
  EXPECT_TRUE(both_lead_to(green_));
  EXPECT_TRUE(load->are_served(50, 20s));
  EXPECT_EQ(load->failures(), 0) << load->last_failure();
}

TEST_F(AgentOnRealServers, ToldToStopInAPauseItSeesTheRunThroughAndNoClientSeesAnError) {
  const auto load = clients();
  AgentClient client = connect();
  hold(client, 1, 10'000);
  agent_->ask_to_stop();
  ASSERT_TRUE(
      eventually(10s, [&] { return agent_log().find("clients are held") != std::string::npos; }));
  EXPECT_EQ(connect().ask(ping_request()).state().phase(), proto::PAUSED);
  EXPECT_TRUE(is_paused(*first_) && is_paused(*second_));
  EXPECT_EQ(client.ask(renew_request(1, 10'000)).outcome(), proto::DONE);
  EXPECT_EQ(client.ask(switch_request(1)).outcome(), proto::DONE);
  agent_->wait_for_end();
  EXPECT_TRUE(both_lead_to(green_));
  EXPECT_TRUE(load->are_served(50, 20s));
  EXPECT_EQ(load->failures(), 0) << load->last_failure();
}

TEST_F(AgentOnRealServers, ToldToStopItStillEndsAPauseAtTheLease) {
  AgentClient client = connect();
  hold(client, 1, 1000);
  agent_->stop();
  EXPECT_TRUE(both_serve());
  EXPECT_TRUE(both_lead_to(blue_));
}

TEST_F(AgentOnRealServers, ToldToStopTwiceItResumesWhatHasNoIntentAtOnce) {
  AgentClient client = connect();
  hold(client, 1, 60'000);
  agent_->ask_to_stop();
  ASSERT_TRUE(
      eventually(10s, [&] { return agent_log().find("clients are held") != std::string::npos; }));
  agent_->stop();
  EXPECT_TRUE(both_serve());
  EXPECT_TRUE(both_lead_to(blue_));
}

TEST_F(AgentOnRealServers, APgbouncerRestartedInThePauseEndsOnGreenToo) {
  AgentClient client = connect();
  hold(client, 1, 30'000);
  second_->restart();
  EXPECT_EQ(client.ask(switch_request(1)).outcome(), proto::DONE);
  EXPECT_TRUE(both_lead_to(green_));
}

TEST_F(AgentOnRealServers, ASwitchWaitsForAPgbouncerThatIsDown) {
  AgentClient client = connect();
  hold(client, 1, 30'000);
  second_->kill9();
  const auto reply = client.ask(switch_request(1));
  EXPECT_EQ(reply.outcome(), proto::IN_DOUBT);
  EXPECT_TRUE(reply.state().intent());
  second_->start();
  EXPECT_TRUE(eventually(10s, [&] { return client.ask(ping_request()).state().switched(); }));
  EXPECT_TRUE(both_lead_to(green_));
}

TEST_F(AgentOnRealServers, AStaleEpochIsRefused) {
  AgentClient old_one = connect();
  hold(old_one, 1, 30'000);
  AgentClient newer = connect();
  EXPECT_EQ(newer.ask(claim_request(2, proto::RECOVERY)).outcome(), proto::DONE);
  const auto refused = old_one.ask(switch_request(1));
  EXPECT_EQ(refused.outcome(), proto::REFUSED);
  EXPECT_THAT(refused.what(), HasSubstr("older"));
  EXPECT_EQ(newer.ask(resume_request(2)).outcome(), proto::DONE);
  EXPECT_TRUE(both_lead_to(blue_));
}

TEST_F(AgentOnRealServers, AnUnknownRunIsRefused) {
  AgentClient owner = connect();
  hold(owner, 1, 30'000);
  AgentClient stranger = connect();
  auto usurping = switch_request(1);
  usurping.set_run_id("somebody-else");
  EXPECT_THAT(stranger.ask(usurping).what(), HasSubstr("claimed by another run"));
  EXPECT_THAT(stranger.ask(switch_request(2)).what(), HasSubstr("has not been claimed"));
  auto nameless = switch_request(1);
  nameless.set_run_id("");
  EXPECT_EQ(stranger.ask(nameless).outcome(), proto::REFUSED);
  EXPECT_EQ(owner.ask(resume_request(1)).outcome(), proto::DONE);
  EXPECT_TRUE(both_lead_to(blue_));
}

/// Root may become anybody; an ordinary user has subordinate ids to be somebody else by.
support::ChildOptions as_nobody(std::vector<std::string> argv) {
  support::ChildOptions options;
  if (::geteuid() == 0) options.user = "nobody";
  if (::geteuid() != 0)
    options.argv = {"unshare",       "--user",        "--map-root-user", "--map-auto", "setpriv",
                    "--reuid=65534", "--regid=65534", "--clear-groups",  "--"};
  options.argv.insert(options.argv.end(), argv.begin(), argv.end());
  return options;
}

TEST_F(AgentOnRealServers, APeerOutsideTheGroupIsRefused) {
  // Whatever the modes say: the agent itself looks who it is.
  for (auto path = agent_->socket(); path != path.root_path(); path = path.parent_path())
    if (path != "/tmp") std::filesystem::permissions(path, std::filesystem::perms::all);
  std::filesystem::permissions(agent_->config_path(), std::filesystem::perms::all);
  // The build tree may be closed to others.
  const auto program = agent_->config_path().parent_path() / "cutover-agent";
  std::filesystem::copy_file(support::agent_program(), program);
  const auto outsider = as_nobody({program, "--config", agent_->config_path(), "connect"});
  EXPECT_EQ(support::run_program(outsider, 20s).exit_code, 0);
  EXPECT_TRUE(eventually(5s, [&] {
    return agent_log().find("neither root nor the agent's user") != std::string::npos;
  }));
}

TEST_F(AgentOnRealServers, TheProbeAsksEitherServerWithoutTouchingTheRealPgbouncer) {
  AgentClient client = connect();
  proto::Request request;
  *request.mutable_probe()->mutable_moves() = arm_request(1).arm().moves();
  request.mutable_probe()->set_sql("show port");
  request.mutable_probe()->set_timeout_ms(5000);
  for (const bool to_green : {true, false}) {
    request.mutable_probe()->set_to_green(to_green);
    const auto reply = client.ask(request);
    ASSERT_EQ(reply.probe().answers_size(), 2) << reply.what();
    const auto port = std::to_string(to_green ? green_.port() : blue_.port());
    for (const auto& answer : reply.probe().answers())
      EXPECT_EQ(answer.answer(), port) << answer.error();
  }
}

TEST_F(AgentOnRealServers, TheProbeTellsOfEveryEntryForWhichNoUserIsKnown) {
  const std::string section = "[databases]\n";
  const std::string user = " user=postgres";
  std::string ini = support::read_file(first_->ini_path());
  ini.erase(ini.find(user), user.size());
  ini.insert(ini.find(section) + section.size(),
             "too = host=127.0.0.1 dbname=postgres port=" + std::to_string(blue_.port()) + "\n");
  support::write_file(first_->ini_path(), ini);
  support::write_file(first_->directory() / "userlist.txt", "\"pgbouncer\" \"secret\"\n");

  proto::Request request;
  auto& moves = *request.mutable_probe()->mutable_moves();
  moves = arm_request(1).arm().moves();
  *moves.Add() = moves.Get(0);
  moves.Mutable(1)->set_entry("too");
  request.mutable_probe()->set_sql("show port");
  request.mutable_probe()->set_timeout_ms(5000);
  AgentClient client = connect();
  const auto reply = client.ask(request);
  std::set<std::string> unknown;
  for (const auto& answer : reply.probe().answers())
    if (answer.error().find("no user is known") != std::string::npos)
      unknown.insert(answer.pgbouncer() + " " + answer.entry());
  EXPECT_EQ(unknown, (std::set<std::string>{"first app", "first too"}));
}

TEST_F(AgentOnRealServers, InspectionShowsWhatRunsAndWhatIsWritten) {
  AgentClient client = connect();
  proto::Request request;
  request.mutable_inspect();
  const auto reply = client.ask(request);
  ASSERT_EQ(reply.inspection().processes_size(), 2);
  const auto& process = reply.inspection().processes(0);
  EXPECT_EQ(process.error(), "");
  EXPECT_EQ(process.drift(), "");
  EXPECT_EQ(process.directory_error(), "");
  EXPECT_THAT(process.version(), HasSubstr("1."));
  EXPECT_EQ(process.ini_entries(0).entry(), "app");
  EXPECT_EQ(process.config().at("pool_mode"), "transaction");
}

}  // namespace
}  // namespace cutover::agent
