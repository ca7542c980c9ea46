// Many agents at once: one outcome each, as long as the slowest.
#include "controller/link/bouncer_fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "fake_agent.h"
#include "run.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

struct BouncerFleetTest : testing::Test {
  boost::asio::io_context context;
  TemporaryDirectory directory;
  std::vector<std::unique_ptr<FakeAgent>> agents;
  Config config;
  BouncerFleetOptions options;
  std::unique_ptr<BouncerFleet> fleet;

  void start(int count) {
    DatabaseConfig database;
    database.name = "medplum";
    database.routes = {{{"blue", "5432"}, {"green", "5432"}}};
    config.databases = {database};
    for (int i = 1; i <= count; ++i) {
      const std::string name = "bouncer-" + std::to_string(i);
      agents.push_back(std::make_unique<FakeAgent>(context, directory.file(name)));
      config.bouncers.push_back(agents.back()->bouncer(name));
    }
    fleet = std::make_unique<BouncerFleet>(context.get_executor(), config, options);
    fleet->set_claim({"run-1", 7});
  }
  ~BouncerFleetTest() override {
    fleet.reset();
    for (const auto& agent : agents) agent->stop();
    context.restart();
    context.poll();
  }
  template <class T>
  T ask(Task<T> task) {
    return run(context, std::move(task));
  }
  static std::string kinds(const FleetOutcome& outcomes) {
    std::string text;
    for (const auto& each : outcomes)
      text += (text.empty() ? "" : " ") + each.bouncer + "=" + name_of(each.outcome.kind);
    return text;
  }
  static proto::EntryMove move(const std::string& entry) {
    proto::EntryMove move;
    move.set_entry(entry);
    move.set_from_host("blue");
    move.set_to_host("green");
    return move;
  }
};

TEST_F(BouncerFleetTest, EveryCommandCarriesTheClaimToEveryAgent) {
  start(3);
  ask(fleet->claim_bouncers(proto::RECOVERY));
  ask(fleet->arm_bouncers());
  ask(fleet->pause_bouncers(2s, 3s));
  ask(fleet->renew_leases(4s));
  ask(fleet->resume_bouncers());
  ask(fleet->switch_bouncers());
  EXPECT_EQ(kinds(ask(fleet->revert_bouncers())), "bouncer-1=done bouncer-2=done bouncer-3=done");
  for (const auto& agent : agents) {
    ASSERT_EQ(agent->heard.size(), 8u);
    EXPECT_EQ(agent->connections, 1);
    for (const auto& request : agent->heard) {
      EXPECT_EQ(request.run_id(), "run-1");
      EXPECT_EQ(request.epoch(), 7u);
    }
    EXPECT_EQ(agent->heard[0].claim().purpose(), proto::RECOVERY);
    EXPECT_EQ(agent->heard[0].claim().direction(), "forward");
    EXPECT_EQ(agent->heard[2].pause().drain_timeout_ms(), 2000u);
    EXPECT_EQ(agent->heard[2].pause().lease_ms(), 3000u);
    EXPECT_EQ(agent->heard[3].pause().lease_ms(), 3000u);
    EXPECT_EQ(agent->heard[4].renew().lease_ms(), 4000u);
    EXPECT_TRUE(agent->heard[5].has_resume());
    EXPECT_TRUE(agent->heard[6].has_switch_());
    EXPECT_TRUE(agent->heard[7].has_revert());
  }
}

TEST_F(BouncerFleetTest, EachAgentIsArmedWithItsOwnMoves) {
  start(2);
  fleet->set_moves({{"bouncer-1", {move("a")}}, {"bouncer-2", {move("b"), move("c")}}});
  ask(fleet->arm_bouncers());
  EXPECT_EQ(agents[0]->heard[0].arm().moves_size(), 1);
  EXPECT_EQ(agents[0]->heard[0].arm().moves(0).entry(), "a");
  EXPECT_EQ(agents[1]->heard[0].arm().moves_size(), 2);
}

TEST_F(BouncerFleetTest, OneOutcomePerAgentShowsAPartialEffect) {
  options.limits.reply = 100ms;
  start(5);
  agents[0]->fill = [](const auto&, proto::Reply& reply) { reply.set_what("resumed"); };
  agents[1]->fill = [](const auto&, proto::Reply& reply) {
    reply.set_outcome(proto::REFUSED);
    reply.set_what("an intent is on disk");
    reply.set_hint("run cutover recover");
  };
  agents[2]->react = [](const auto&) { return Reaction::hold; };
  agents[3]->stop();
  agents[4]->react = [](const auto&) { return Reaction::close; };
  const auto outcomes = ask(fleet->resume_bouncers());
  EXPECT_EQ(kinds(outcomes),
            "bouncer-1=done bouncer-2=refused bouncer-3=in_doubt bouncer-4=refused "
            "bouncer-5=in_doubt");
  EXPECT_EQ(outcomes[0].outcome.detail, "resumed");
  EXPECT_EQ(outcomes[1].outcome.hint, "run cutover recover");
  EXPECT_THAT(outcomes[2].outcome.detail, HasSubstr("no answer within"));
}

TEST_F(BouncerFleetTest, AReplyWithoutOutcomeIsInDoubt) {
  start(1);
  agents[0]->fill = [](const auto&, proto::Reply& reply) {
    reply.set_outcome(proto::OUTCOME_UNSPECIFIED);
  };
  EXPECT_EQ(kinds(ask(fleet->resume_bouncers())), "bouncer-1=in_doubt");
}

TEST_F(BouncerFleetTest, SilentAgentsAreWaitedForTogetherAndNotOneAfterAnother) {
  options.limits.reply = 300ms;
  start(6);
  for (const auto& agent : agents) agent->react = [](const auto&) { return Reaction::hold; };
  const auto begun = Clock::now();
  const auto outcomes = ask(fleet->resume_bouncers());
  EXPECT_EQ(combined(outcomes).kind, OutcomeKind::in_doubt);
  EXPECT_GE(Clock::now() - begun, 290ms);
  EXPECT_LT(Clock::now() - begun, 1500ms);
}

TEST_F(BouncerFleetTest, APauseMayTakeTheDrainTimeoutAndItsMargin) {
  options.limits.pause_margin = 100ms;
  start(1);
  agents[0]->react = [](const auto& request) {
    return request.pause().only_prepare() ? Reaction::answer : Reaction::hold;
  };
  const auto begun = Clock::now();
  EXPECT_EQ(kinds(ask(fleet->pause_bouncers(200ms, 3s))), "bouncer-1=in_doubt");
  EXPECT_GE(Clock::now() - begun, 290ms);
}

TEST_F(BouncerFleetTest, NoneIsPausedBeforeTheLeaseOfEachIsOnDisk) {
  start(2);
  std::vector<bool> only_prepares;
  for (const auto& agent : agents)
    agent->react = [&only_prepares](const auto& request) {
      only_prepares.push_back(request.pause().only_prepare());
      return Reaction::answer;
    };
  EXPECT_TRUE(combined(ask(fleet->pause_bouncers(2s, 3s))).is_done());
  EXPECT_TRUE(only_prepares.front());
  EXPECT_FALSE(only_prepares.back());
  EXPECT_TRUE(std::ranges::is_sorted(only_prepares, std::greater<>()));
}

TEST_F(BouncerFleetTest, NoneIsPausedWhereOneCannotPrepare) {
  start(2);
  agents[1]->fill = [](const auto&, proto::Reply& reply) {
    reply.set_outcome(proto::REFUSED);
    reply.set_what("the disk is full");
  };
  EXPECT_EQ(kinds(ask(fleet->pause_bouncers(2s, 3s))), "bouncer-1=done bouncer-2=refused");
  for (const auto& agent : agents) {
    ASSERT_EQ(agent->heard.size(), 1u);
    EXPECT_TRUE(agent->heard[0].pause().only_prepare());
  }
}

TEST_F(BouncerFleetTest, LooksSayWhatEachAgentIsAndWhichIsOutOfReach) {
  start(3);
  agents[0]->fill = [](const auto&, proto::Reply& reply) {
    reply.mutable_state()->set_phase(proto::PAUSED);
    reply.mutable_state()->set_epoch(7);
    auto* process = reply.mutable_state()->add_processes();
    process->set_reachable(true);
    auto* entry = process->add_entries();
    entry->set_entry("medplum");
    entry->set_host("blue");
  };
  agents[1]->stop();
  agents[2]->fill = [](const auto&, proto::Reply& reply) {
    reply.set_outcome(proto::REFUSED);
    reply.set_what("broken state file");
  };
  const auto sights = ask(fleet->look_at_bouncers());
  ASSERT_EQ(sights.size(), 3u);
  EXPECT_FALSE(sights[0].unreachable);
  EXPECT_TRUE(sights[0].paused);
  EXPECT_TRUE(sights[0].all_blue);
  EXPECT_EQ(sights[0].claim.epoch, 7u);
  EXPECT_TRUE(sights[1].unreachable);
  EXPECT_EQ(sights[2].unreachable->what, "broken state file");
}

TEST_F(BouncerFleetTest, InspectionsComeWithTheirBouncersNames) {
  start(2);
  agents[0]->fill = [](const auto&, proto::Reply& reply) {
    reply.mutable_inspection()->set_host("h1");
  };
  agents[1]->stop();
  const auto answers = ask(fleet->inspect());
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].answer->host(), "h1");
  EXPECT_EQ(answers[1].bouncer, "bouncer-2");
  EXPECT_FALSE(answers[1].answer);
  EXPECT_EQ(agents[0]->heard[0].epoch(), 0u) << "reading needs no claim";
}

TEST_F(BouncerFleetTest, APreviewAsksWithTheMoves) {
  start(1);
  fleet->set_moves({{"bouncer-1", {move("a")}}});
  agents[0]->fill = [](const auto&, proto::Reply& reply) {
    reply.mutable_preview()->add_files()->set_diff("-host=blue\n+host=green\n");
  };
  EXPECT_EQ(ask(fleet->preview())[0].answer->files(0).diff(), "-host=blue\n+host=green\n");
  EXPECT_EQ(agents[0]->heard[0].preview().moves(0).entry(), "a");
}

TEST_F(BouncerFleetTest, AnExpectedAnswerIsDoneAnythingElseIsRefused) {
  start(4);
  const auto answering = [](const std::string& answer, const std::string& error) {
    return [=](const proto::Request&, proto::Reply& reply) {
      auto* entry = reply.mutable_probe()->add_answers();
      entry->set_entry("medplum");
      entry->set_answer(answer);
      entry->set_error(error);
    };
  };
  agents[0]->fill = answering("green", "");
  agents[1]->fill = answering("blue", "");
  agents[2]->fill = answering("", "no pg_hba.conf entry");
  const auto outcomes = ask(fleet->expect_answer({true, "SELECT 1", 1s}, "green"));
  EXPECT_EQ(kinds(outcomes),
            "bouncer-1=done bouncer-2=refused bouncer-3=refused bouncer-4=refused");
  EXPECT_THAT(outcomes[1].outcome.detail, HasSubstr("answered by another server: \"blue\""));
  EXPECT_THAT(outcomes[2].outcome.detail, HasSubstr("no pg_hba.conf entry"));
  EXPECT_EQ(outcomes[3].outcome.detail, "the probe gave no answer");
  EXPECT_TRUE(agents[0]->heard[0].probe().to_green());
  EXPECT_EQ(agents[0]->heard[0].probe().timeout_ms(), 1000u);
}

TEST_F(BouncerFleetTest, ConnectSaysWhoIsOutOfReach) {
  start(2);
  agents[1]->stop();
  EXPECT_EQ(kinds(ask(fleet->connect())), "bouncer-1=done bouncer-2=refused");
  EXPECT_EQ(fleet->hellos().at("bouncer-1").program_version(), "0.1.0");
  EXPECT_EQ(fleet->hellos().at("bouncer-2").program_version(), "");
}

TEST_F(BouncerFleetTest, PingsAreMeasured) {
  start(2);
  agents[1]->stop();
  const auto answers = ask(fleet->ping());
  EXPECT_GT(answers[0].answer->count(), 0);
  EXPECT_FALSE(answers[1].answer);
}

TEST_F(BouncerFleetTest, AReportedPhaseConnectsToNobody) {
  start(2);
  agents[0]->fill = [](const auto&, auto&) {};
  auto report = [](BouncerFleet& to) -> Task<bool> {
    std::map<std::string, double> gauges;
    gauges["cutover_lag_bytes"] = 12;
    std::string phase = "pause";
    co_await to.report_phase(phase, gauges);
    co_return true;
  };
  ask(report(*fleet));
  EXPECT_EQ(agents[0]->connections, 0);
  ask(fleet->connect());
  ask(report(*fleet));
  ASSERT_EQ(agents[0]->heard.size(), 1u);
  EXPECT_EQ(agents[0]->heard[0].report_phase().phase(), "pause");
  EXPECT_EQ(agents[0]->heard[0].report_phase().gauges().at("cutover_lag_bytes"), 12);
}

TEST_F(BouncerFleetTest, AFleetOfNobodyAnswersWithNothing) {
  start(0);
  EXPECT_TRUE(ask(fleet->pause_bouncers(1s, 1s)).empty());
  EXPECT_TRUE(ask(fleet->look_at_bouncers()).empty());
}

}  // namespace
}  // namespace cutover
