// What is no frame of ours closes its connection, with the reason in the agent's log; whoever holds
// the bouncers on another connection notices nothing.
#include <gtest/gtest.h>

#include <ostream>

#include "common/wire/message_stream.h"
#include "tests/integration/agent/agent_rig.h"

namespace cutover::agent {
namespace {

using namespace std::chrono_literals;
using support::eventually;

struct BadFrame {
  const char* name;
  std::string bytes;
  std::string reason;
  bool is_cut_off = false;  ///< nothing follows
};

void PrintTo(const BadFrame& frame, std::ostream* out) {
  *out << frame.name;
}

/// A length in front, as on the wire.
std::string frame_of(std::size_t length, const std::string& body) {
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(length >> shift & 0xFF));
  return frame + body;
}

std::string reply_frame() {
  proto::Envelope envelope;
  envelope.mutable_reply()->set_outcome(proto::DONE);
  return wire::encode(envelope).value();
}

std::vector<BadFrame> bad_frames() {
  const std::size_t too_large = wire::max_frame_bytes + 1;
  return {{"Garbage", frame_of(8, "\xff\xfe!garb?"), "a frame of 8 bytes is no message"},
          {"AnotherProtocol", "GET / HTTP/1.1\r\n\r\n", "larger than the limit"},
          {"Oversized", frame_of(too_large, "x"),
           "a frame of " + std::to_string(too_large) + " bytes is larger than the limit"},
          {"Empty", frame_of(0, ""), "a frame of no bytes"},
          {"TruncatedBody", frame_of(100, "only this"), "in the middle of a frame", true},
          {"TruncatedLength", std::string("\0\0", 2), "in the middle of a frame", true},
          {"NoRequest", reply_frame(), "a frame is no request"}};
}

class Frames : public AgentOnRealServers, public testing::WithParamInterface<BadFrame> {};

TEST_P(Frames, CloseTheirConnectionWithTheReasonInTheLogAndNoOther) {
  const auto served = clients();
  AgentClient good = connect();
  hold(good, 1, 10'000);
  AgentClient bad = connect();
  bad.send_bytes(GetParam().bytes);
  if (GetParam().is_cut_off) bad.end_sending();
  EXPECT_TRUE(bad.is_closed_within(10s));
  EXPECT_TRUE(eventually(5s, [&] {
    return agent_log().find(GetParam().reason) != std::string::npos;
  })) << agent_log();

  EXPECT_EQ(good.ask(renew_request(1, 10'000)).outcome(), proto::DONE);
  EXPECT_TRUE(is_paused(*first_) && is_paused(*second_));
  EXPECT_EQ(good.ask(resume_request(1)).outcome(), proto::DONE);
  EXPECT_EQ(connect().ask(ping_request()).outcome(), proto::DONE);
  EXPECT_TRUE(served->are_served(10, 10s));
  EXPECT_EQ(served->failures(), 0) << served->last_failure();
}

INSTANTIATE_TEST_SUITE_P(Bad, Frames, testing::ValuesIn(bad_frames()),
                         [](const auto& frame) { return std::string(frame.param.name); });

}  // namespace
}  // namespace cutover::agent
