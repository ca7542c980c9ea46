// Who may speak to the agent.
#include "agent/peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cutover::agent {
namespace {

TEST(Peer, RootTheAgentsUserAndItsGroupMayConnect) {
  EXPECT_TRUE(may_connect({1, 0, {99}}, 101, 500).is_done());
  EXPECT_TRUE(may_connect({1, 101, {99}}, 101, 500).is_done());
  EXPECT_TRUE(may_connect({1, 7, {99, 500}}, 101, 500).is_done());
}

TEST(Peer, AnybodyElseIsRefusedWithAReason) {
  const Outcome outcome = may_connect({42, 7, {99}}, 101, 500);
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("process 42 of user 7"), std::string::npos);
}

TEST(Peer, TheKernelTellsWhoIsThere) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const auto peer = peer_of(pair[0]);
  ASSERT_TRUE(peer.has_value());
  EXPECT_EQ(peer.value().uid, ::geteuid());
  EXPECT_EQ(peer.value().pid, ::getpid());
  ::close(pair[0]);
  ::close(pair[1]);
}

TEST(Peer, AnUnknownGroupIsAnError) {
  EXPECT_TRUE(group_named("no-such-group-here").has_error());
  EXPECT_EQ(group_named("").value(), ::getegid());
}

}  // namespace
}  // namespace cutover::agent
