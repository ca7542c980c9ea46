// `cutover-agent doctor` and `resume` beside real PgBouncers.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include "tests/integration/agent/agent_rig.h"
#include "tests/support/child_process.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class AgentCommands : public AgentOnRealServers {
 protected:
  support::Finished run_agent(const std::string& command) const { return run_agent(command, {}); }

  support::Finished run_agent(const std::string& command,
                              const std::map<std::string, std::string>& environment) const {
    support::ChildOptions options;
    options.environment = environment;
    options.argv = {support::agent_program(), command, "--config", agent_->config_path()};
    options.user = support::server_user();
    return support::run_program(options, 30s);
  }
};

TEST_F(AgentCommands, TheDoctorPassesASetUpThatWorks) {
  const auto finished = run_agent("doctor");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("ok    first: console answers"));
  EXPECT_THAT(finished.output, HasSubstr("ok    second: its ini can be replaced"));
  EXPECT_THAT(finished.output, HasSubstr("ok    agent serves"));
  EXPECT_THAT(finished.output, HasSubstr("ok    agent's user"));
}

TEST_F(AgentCommands, TheDoctorSeesThatNobodyServesAndThatAnAgentHangs) {
  ::kill(agent_->pid(), SIGSTOP);
  const auto hanging = run_agent("doctor");
  EXPECT_EQ(hanging.exit_code, 1);
  EXPECT_THAT(hanging.output, HasSubstr("fail  agent serves: it takes connections"));
  agent_->kill9();
  const auto dead = run_agent("doctor");
  EXPECT_EQ(dead.exit_code, 1);
  EXPECT_THAT(dead.output, HasSubstr("fail  agent serves: nobody answers"));
  EXPECT_THAT(dead.output, HasSubstr("hint: systemctl enable --now cutover-agent"));
}

TEST_F(AgentCommands, TheDoctorReadsWhomAnEntryNamesAndWhetherAPasswordIsKnown) {
  const auto ini = first_->ini_path();
  support::write_file(ini.parent_path() / "userlist.txt",
                      "\"pgbouncer\" \"secret\"\n\"app\" \"secret\"\n");
  EXPECT_THAT(run_agent("doctor").output,
              HasSubstr("warn  first: logins: no password is known for postgres"));
}

TEST_F(AgentCommands, TheDoctorFindsAConsoleThatDoesNotAnswerAndSaysWhatToDo) {
  second_->stop();
  const auto finished = run_agent("doctor");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.output, HasSubstr("fail  second: console answers"));
  EXPECT_THAT(finished.output, HasSubstr("hint:"));
}

/// An ordinary user is root of a namespace of its own.
support::ChildOptions as_root(std::vector<std::string> argv) {
  support::ChildOptions options;
  if (::geteuid() != 0) options.argv = {"unshare", "--user", "--map-root-user"};
  options.argv.insert(options.argv.end(), argv.begin(), argv.end());
  return options;
}

TEST_F(AgentCommands, ServeNeverRunsAsRoot) {
  agent_->stop();
  const auto finished = support::run_program(
      as_root({support::agent_program(), "serve", "--config", agent_->config_path()}), 10s);
  EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
  EXPECT_THAT(finished.errors, HasSubstr("this is root"));
  EXPECT_THAT(finished.errors, HasSubstr("User="));
  EXPECT_FALSE(agent_->serves());
}

TEST_F(AgentCommands, ResumeHasNothingToDoWhereNothingIsLeft) {
  agent_->stop();
  const auto finished = run_agent("resume");
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("nothing to do"));
}

TEST_F(AgentCommands, ResumeKeepsALivingLeaseAndEndsThePauseAfterIt) {
  AgentClient client = connect();
  hold(client, 1, 1500);
  agent_->kill9();
  EXPECT_TRUE(is_paused(*first_));
  EXPECT_EQ(run_agent("resume").exit_code, 0);
  EXPECT_TRUE(both_serve());
  EXPECT_TRUE(both_lead_to(blue_));
}

// Typed by root it acts as the user of the agent: the console would not let root in. For an
// ordinary user, whose agent this is, there is nobody to become.
TEST_F(AgentCommands, ResumeTypedByRootEndsWhatIsPausedAndLeavesFilesThatTheAgentCanRead) {
  AgentClient client = connect();
  hold(client, 1, 300);
  agent_->kill9();
  const auto finished = support::run_program(
      {{support::agent_program(), "resume", "--config", agent_->config_path()}}, 30s);
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("paused\nnow armed\n"));
  EXPECT_TRUE(both_serve());
  agent_->start();
  EXPECT_EQ(connect().ask(claim_request(2)).outcome(), proto::DONE);
}

TEST_F(AgentCommands, ResumeLeavesALivingLeaseToTheAgentThatSystemdStartsAgain) {
  AgentClient client = connect();
  hold(client, 1, 60'000);
  agent_->kill9();
  const auto finished = run_agent("resume", {{"SERVICE_RESULT", "signal"}});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("the agent that systemd starts again"));
  EXPECT_TRUE(is_paused(*first_) && is_paused(*second_));
  agent_->start();
  EXPECT_EQ(connect().ask(switch_request(1)).outcome(), proto::DONE);
  EXPECT_TRUE(both_lead_to(green_));
}

TEST_F(AgentCommands, ResumeEndsAPauseWhoseLeaseRanOutWhoeverIsStartedAgain) {
  AgentClient client = connect();
  hold(client, 1, 300);
  agent_->kill9();
  EXPECT_TRUE(support::eventually(10s, [&] {
    run_agent("resume", {{"SERVICE_RESULT", "watchdog"}});
    return both_serve();
  }));
  EXPECT_TRUE(both_lead_to(blue_));
}

TEST_F(AgentCommands, ResumeFinishesAnIntent) {
  AgentClient client = connect();
  hold(client, 1, 30'000);
  second_->kill9();
  EXPECT_EQ(client.ask(switch_request(1)).outcome(), proto::IN_DOUBT);
  agent_->kill9();
  second_->start();
  EXPECT_EQ(run_agent("resume").exit_code, 0);
  EXPECT_TRUE(both_lead_to(green_));
}

TEST_F(AgentCommands, ResumeLeavesItToAnAgentThatRuns) {
  AgentClient client = connect();
  hold(client, 1, 30'000);
  const auto finished = run_agent("resume");
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("the agent runs"));
  EXPECT_TRUE(is_paused(*first_));
  EXPECT_EQ(client.ask(resume_request(1)).outcome(), proto::DONE);
}

}  // namespace
}  // namespace cutover::agent
