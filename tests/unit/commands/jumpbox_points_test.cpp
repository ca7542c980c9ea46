// Each point of the set-up of the jumpbox is seen when it is missing, and only then.
#include "controller/commands/jumpbox_points.h"

#include <gtest/gtest.h>

#include <functional>

namespace cutover {
namespace {

BouncerView bouncer_set_up() {
  BouncerView bouncer;
  bouncer.config.name = "one";
  bouncer.config.transport = Transport::libssh2;
  bouncer.config.host = "10.0.0.5";
  bouncer.identity = {"/home/dba/.ssh/cutover", 0600};
  bouncer.known_hosts = {"/home/dba/.ssh/known_hosts", 0644};
  bouncer.connected = done();
  bouncer.agent_version = "0.1.0";
  bouncer.console = ConsoleTrial{true, std::nullopt};
  return bouncer;
}

JumpboxView set_up() {
  JumpboxView view;
  view.machine.state_dir = "/var/lib/cutover";
  view.machine.password_file = {"/home/dba/.pgpass", 0600};
  view.machine.programs = {{"ssh", "openssh-client", "it is needed"},
                           {"psql", "postgresql-client", "it is needed"},
                           {"tmux", "tmux", "it is needed"}};
  view.machine.comes_over_ssh = true;
  view.machine.outlives_its_connection = true;
  view.servers = {{"blue of app", "blue", 150004, std::nullopt},
                  {"green of app", "green", 170002, std::nullopt}};
  view.bouncers = {bouncer_set_up()};
  return view;
}

TEST(JumpboxPoints, PassOnAJumpboxSetUpAsTheGuideSays) {
  for (const auto& point : jumpbox_points(set_up()))
    EXPECT_EQ(point.finding.outcome, CheckOutcome::pass) << point.name;
}

struct JumpboxFlaw {
  const char* point;
  CheckOutcome outcome;
  std::function<void(JumpboxView&)> make;
};

constexpr auto warn = CheckOutcome::warn;
constexpr auto fail = CheckOutcome::fail;

const Error out_of_reach{"cannot be reached", "start it"};

const JumpboxFlaw flaws[] = {
    {"state_dir", fail, [](auto& view) { view.machine.state_dir_problem = out_of_reach; }},
    {"password_file", fail, [](auto& view) { view.machine.password_file.mode = 0640; }},
    {"password_file", fail, [](auto& view) { view.machine.password_file.mode = 0604; }},
    {"ssh", warn, [](auto& view) { view.machine.programs[0].is_installed = false; }},
    {"psql", warn, [](auto& view) { view.machine.programs[1].is_installed = false; }},
    {"tmux", warn, [](auto& view) { view.machine.programs[2].is_installed = false; }},
    {"session", warn, [](auto& view) { view.machine.outlives_its_connection = false; }},
    {"blue of app", fail, [](auto& view) { view.servers[0].why_not = out_of_reach; }},
    {"green of app", fail, [](auto& view) { view.servers[1].why_not = out_of_reach; }},
    {"one key", fail, [](auto& view) { view.bouncers[0].identity.mode.reset(); }},
    {"one key", fail, [](auto& view) { view.bouncers[0].identity.mode = 0644; }},
    {"one key", fail, [](auto& view) { view.bouncers[0].identity = {}; }},
    {"one host key", fail, [](auto& view) { view.bouncers[0].known_hosts.mode.reset(); }},
    {"one host key", warn,
     [](auto& view) {
       view.bouncers[0].config.transport = Transport::openssh;
       view.bouncers[0].known_hosts.mode.reset();
     }},
    {"one agent", fail,
     [](auto& view) { view.bouncers[0].connected = refused("nobody listens", "start it"); }},
    // What was not found out of an agent that does not answer is not told.
    {"one agent", fail,
     [](auto& view) {
       view.bouncers[0].connected = refused("nobody listens", "start it");
       view.bouncers[0].may_run_more = true;
       view.bouncers[0].console = {true, out_of_reach};
     }},
    {"one rights", warn, [](auto& view) { view.bouncers[0].may_run_more = true; }},
    {"one console", warn,
     [](auto& view) {
       view.bouncers[0].console = {true, Error{"password authentication failed"}};
     }},
    {"one console", warn,
     [](auto& view) {
       view.bouncers[0].console = {true, Error{"fe_sendauth: no password supplied"}};
     }},
    {"one console", warn,
     [](auto& view) {
       view.bouncers[0].console = {false, Error{"connection refused"}};
     }},
    {"one console", warn,
     [](auto& view) {
       view.bouncers[0].console = {true, out_of_reach};
     }},
};

TEST(JumpboxPoints, SayWhatIsMissingAndWhatToDo) {
  for (const auto& flaw : flaws) {
    auto view = set_up();
    flaw.make(view);
    std::vector<CheckReport> bad;
    for (const auto& point : jumpbox_points(view))
      if (point.finding.outcome != CheckOutcome::pass) bad.push_back(point);
    ASSERT_EQ(bad.size(), 1U) << flaw.point;
    EXPECT_EQ(bad[0].name, flaw.point);
    EXPECT_EQ(bad[0].finding.outcome, flaw.outcome) << flaw.point;
    EXPECT_FALSE(bad[0].finding.detail.empty()) << flaw.point;
    EXPECT_FALSE(bad[0].finding.hint.empty()) << flaw.point;
  }
}

TEST(JumpboxPoints, TellAKeyThatIsNotConfiguredFromOneThatIsNotThere) {
  auto view = set_up();
  view.bouncers[0].identity = {};
  std::string hint;
  for (const auto& point : jumpbox_points(view))
    if (point.name == "one key") hint = point.finding.hint;
  EXPECT_NE(hint.find("ssh-agent"), std::string::npos) << hint;
}

/// None of these is a flaw.
const std::function<void(JumpboxView&)> differences[] = {
    [](auto& view) { view.machine.password_file.mode.reset(); },
    [](auto& view) { view.machine.password_file.mode = 0400; },
    [](auto& view) {
      view.machine.comes_over_ssh = false;
      view.machine.outlives_its_connection = false;
    },
    [](auto& view) {
      view.machine.has_ssh_agent = true;
      view.bouncers[0].identity = {};
    },
    [](auto& view) {
      view.bouncers[0].config.transport = Transport::openssh;
      view.bouncers[0].identity = {};
    },
    [](auto& view) {
      auto& bouncer = view.bouncers[0];
      bouncer.config.transport = Transport::unix_socket;
      bouncer.identity = bouncer.known_hosts = {};
      bouncer.may_run_more = true;
    },
    [](auto& view) { view.bouncers[0].console.reset(); },
    [](auto& view) {
      view.bouncers[0].console = {false, Error{"fe_sendauth: no password supplied"}};
    },
};

TEST(JumpboxPoints, PassWhereAnotherWayIsFine) {
  for (std::size_t i = 0; i < std::size(differences); ++i) {
    auto view = set_up();
    differences[i](view);
    for (const auto& point : jumpbox_points(view))
      EXPECT_EQ(point.finding.outcome, CheckOutcome::pass) << i << ": " << point.name;
  }
}

}  // namespace
}  // namespace cutover
