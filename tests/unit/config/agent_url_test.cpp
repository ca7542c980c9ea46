#include "controller/config/agent_url.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(AgentUrl, SshNamesUserHostAndPort) {
  EXPECT_EQ(parse_agent_url("ssh://ubuntu@10.0.0.5:2222").value(),
            (AgentUrl{"", "ubuntu", "10.0.0.5", 2222}));
  EXPECT_EQ(parse_agent_url("ssh://bouncer-1.internal").value(),
            (AgentUrl{"", "", "bouncer-1.internal", 22}));
  EXPECT_EQ(parse_agent_url("ssh://me@[fd00::5]:23").value(), (AgentUrl{"", "me", "fd00::5", 23}));
  EXPECT_EQ(parse_agent_url("ssh://[fd00::5]").value(), (AgentUrl{"", "", "fd00::5", 22}));
}

TEST(AgentUrl, UnixNamesAnAbsolutePath) {
  EXPECT_EQ(parse_agent_url("unix:///run/a.sock").value().socket_path, "/run/a.sock");
}

struct BadUrl {
  const char* url;
  const char* why;
};

class AgentUrlRefuses : public testing::TestWithParam<BadUrl> {};

TEST_P(AgentUrlRefuses, WhatCannotBeReached) {
  const auto agent = parse_agent_url(GetParam().url);
  ASSERT_FALSE(agent) << GetParam().url;
  EXPECT_NE(agent.error().what.find(GetParam().why), std::string::npos) << agent.error().what;
  EXPECT_NE(agent.error().hint, "");
}

const BadUrl bad_urls[] = {
    {"", "neither ssh:// nor unix://"},
    {"10.0.0.5", "neither ssh:// nor unix://"},
    {"http://x", "neither ssh:// nor unix://"},
    {"ssh://", "the host is missing"},
    {"ssh://me@", "the host is missing"},
    {"ssh://@host", "the user is not a plain name"},
    {"ssh://-oProxyCommand=x@host", "the user is not a plain name"},
    {"ssh://-oProxyCommand=x", "the host is not a plain name"},
    {"ssh://a b", "the host is not a plain name"},
    {"ssh://me:pw@host", "holds a password"},
    {"ssh://host:0", "not a number from 1 to 65535"},
    {"ssh://host:65536", "not a number from 1 to 65535"},
    {"ssh://host:", "not a number from 1 to 65535"},
    {"ssh://host:22/path", "nothing may follow host and port"},
    {"ssh://fd00::5", "needs brackets"},
    {"ssh://[fd00::5", "not closed"},
    {"ssh://[fd00::5]22", "only a port may follow"},
    {"ssh://[host]", "no IPv6 address"},
    {"unix://run/a.sock", "not absolute"},
};

/// Numbered: what is in an url fits into no test's name.
INSTANTIATE_TEST_SUITE_P(Each, AgentUrlRefuses, testing::ValuesIn(bad_urls),
                         [](const auto& bad) { return "Number" + std::to_string(bad.index + 1); });

TEST(AgentUrl, APasswordIsNotRepeatedInTheMessage) {
  const auto agent = parse_agent_url("ssh://me:hunter2@host");
  EXPECT_EQ(to_text(agent.error()).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace cutover
