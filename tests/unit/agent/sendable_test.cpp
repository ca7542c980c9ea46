// What an inspection and every other reply carries over the wire.
#include "agent/sendable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/wire/message_stream.h"
#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using testing::HasSubstr;

const std::string in_latin_1 = "caf\xe9";
const std::string made_valid = "caf\xEF\xBF\xBD";

/// What the controller reads of it; nothing when the frame is no message to it.
std::optional<proto::Reply> over_the_wire(const proto::Reply& reply) {
  proto::Envelope envelope;
  *envelope.mutable_reply() = reply;
  const auto frame = wire::encode(envelope);
  if (frame.has_error()) return std::nullopt;
  wire::FrameDecoder decoder;
  decoder.push(frame.value());
  const auto read = decoder.next();
  if (read.has_error() || !read.value()) return std::nullopt;
  return read.value()->reply();
}

TEST(Sendable, TextsInAnotherEncodingMakeNoReplyUnreadable) {
  proto::Reply reply;
  reply.set_what(in_latin_1);
  reply.mutable_state()->add_processes()->add_entries()->set_entry(in_latin_1);
  reply.mutable_preview()->add_files()->set_diff(" ; " + in_latin_1 + "\n");
  EXPECT_FALSE(over_the_wire(reply));
  const auto read = over_the_wire(sendable(reply));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->what(), made_valid);
  EXPECT_EQ(read->state().processes(0).entries(0).entry(), made_valid);
  EXPECT_EQ(read->preview().files(0).diff(), " ; " + made_valid + "\n");
}

TEST(Sendable, AResultThatFitsIntoNoFrameIsRefusedInsteadOfSilence) {
  proto::Reply reply;
  reply.set_id(7);
  reply.set_outcome(proto::DONE);
  reply.mutable_state()->set_epoch(3);
  reply.mutable_preview()->add_files()->set_diff(std::string(wire::max_frame_bytes, 'x'));
  EXPECT_FALSE(over_the_wire(reply));
  const auto read = over_the_wire(sendable(reply));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id(), 7U);
  EXPECT_EQ(read->outcome(), proto::REFUSED);
  EXPECT_THAT(read->what(), HasSubstr("larger than a frame"));
  EXPECT_EQ(read->state().epoch(), 3U);
}

TEST(Sendable, WhatFitsStaysAsItIs) {
  proto::Reply reply;
  reply.set_outcome(proto::DONE);
  reply.mutable_preview()->add_files()->set_path("/etc/größe");
  EXPECT_EQ(sendable(reply).SerializeAsString(), reply.SerializeAsString());
}

class Inspected : public testing::Test, protected AgentHarness {};

TEST_F(Inspected, AClientWithANameInAnotherEncodingHidesNothing) {
  first.clients = {{{"database", "app"}, {"user", in_latin_1}, {"replication", "logical"}}};
  first.servers = {{{"database", "app"}, {"user", in_latin_1}, {"remote_pid", "4711"}}};
  const auto read = over_the_wire(inspect());
  ASSERT_TRUE(read);
  const auto& process = read->inspection().processes(0);
  EXPECT_EQ(process.clients(0).columns().at("user"), made_valid);
  EXPECT_EQ(process.servers(0).columns().at("remote_pid"), "4711");
}

TEST_F(Inspected, TensOfThousandsOfClientsFitIntoTheReply) {
  const ConsoleRow client = {{"database", "app"},         {"user", "app"},
                             {"replication", "none"},     {"application_name", "some service"},
                             {"addr", "192.168.100.200"}, {"link", "0x5556bc014510"}};
  const ConsoleRow server = {{"database", "app"},         {"user", "app"},
                             {"remote_pid", "4194304"},   {"application_name", "some service"},
                             {"addr", "192.168.100.200"}, {"link", "0x5556bc014510"}};
  first.clients.assign(50'000, client);
  first.servers.assign(10'000, server);
  const auto read = over_the_wire(inspect());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->outcome(), proto::DONE);
  EXPECT_EQ(read->inspection().processes(0).clients_size(), 0) << "none of them replicates";
  EXPECT_EQ(read->inspection().processes(0).servers_size(), 10'000);
}

}  // namespace
}  // namespace cutover::agent
