// The pure frame decoder: any pieces in, whole envelopes out, errors are final.
#include <gtest/gtest.h>

#include <random>

#include "common/wire/message_stream.h"

namespace cutover::wire {
namespace {

proto::Envelope request(std::uint64_t id, std::string run_id = "run") {
  proto::Envelope envelope;
  envelope.mutable_request()->set_id(id);
  envelope.mutable_request()->set_run_id(std::move(run_id));
  envelope.mutable_request()->mutable_ping();
  return envelope;
}

std::string frame_of(std::string_view payload, std::uint32_t length) {
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(length >> shift & 0xFF));
  return frame.append(payload);
}

std::string frame_of(std::string_view payload) {
  return frame_of(payload, static_cast<std::uint32_t>(payload.size()));
}

/// What the decoder says to `bytes` given at once; "waits" when it wants more.
std::string verdict_on(std::string_view bytes) {
  FrameDecoder decoder;
  decoder.push(bytes);
  const auto envelope = decoder.next();
  if (!envelope) return envelope.error().what;
  return *envelope ? "whole" : "waits";
}

TEST(FrameDecoder, GivesBackWhatWasEncoded) {
  FrameDecoder decoder;
  decoder.push(encode(request(7)).value());
  const auto envelope = decoder.next().value();
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->request().id(), 7u);
  EXPECT_TRUE(envelope->request().has_ping());
  EXPECT_TRUE(decoder.is_between_frames());
}

TEST(FrameDecoder, FedByteByByteAnswersOnlyAtTheLastByteOfAFrame) {
  FrameDecoder decoder;
  const std::string bytes = encode(request(1)).value() + encode(request(2)).value();
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    decoder.push(std::string_view(bytes).substr(i, 1));
    const auto envelope = decoder.next().value();
    if (envelope) ids.push_back(envelope->request().id());
    const bool at_a_frame_end = i + 1 == bytes.size() / 2 || i + 1 == bytes.size();
    EXPECT_EQ(envelope.has_value(), at_a_frame_end) << "byte " << i;
    EXPECT_EQ(decoder.is_between_frames(), at_a_frame_end) << "byte " << i;
  }
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{1, 2}));
}

TEST(FrameDecoder, SeveralFramesInOnePieceComeOutOneByOne) {
  FrameDecoder decoder;
  std::string bytes;
  for (std::uint64_t id = 1; id <= 3; ++id) bytes += encode(request(id)).value();
  decoder.push(bytes);
  for (std::uint64_t id = 1; id <= 3; ++id) EXPECT_EQ(decoder.next().value()->request().id(), id);
  EXPECT_FALSE(decoder.next().value());
}

TEST(FrameDecoder, AFrameTruncatedAnywhereOnlyWaits) {
  const std::string bytes = encode(request(1, std::string(300, 'x'))).value();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(verdict_on(std::string_view(bytes).substr(0, size)), "waits") << size;
  EXPECT_EQ(verdict_on(bytes), "whole");
}

TEST(FrameDecoder, AFrameOfNoBytesIsAnError) {
  EXPECT_EQ(verdict_on(frame_of("")), "a frame of no bytes");
}

TEST(FrameDecoder, AnOversizedHeaderIsAnErrorBeforeItsBodyIsThere) {
  const auto too_long = static_cast<std::uint32_t>(max_frame_bytes + 1);
  EXPECT_EQ(verdict_on(frame_of("", too_long)),
            "a frame of 4194305 bytes is larger than the limit of 4194304");
  EXPECT_EQ(verdict_on("HTTP/1.1 400 Bad Request"),
            "a frame of 1213486160 bytes is larger than the limit of 4194304");
  EXPECT_EQ(verdict_on(frame_of("", static_cast<std::uint32_t>(max_frame_bytes))), "waits");
}

TEST(FrameDecoder, GarbageIsAnError) {
  EXPECT_EQ(verdict_on(frame_of("\xFF\xFF\xFF\xFF")), "a frame of 4 bytes is no message");
}

TEST(FrameDecoder, AnEnvelopeOfUnknownContentIsAnError) {
  // Field 15, a varint: legal protobuf that this version knows nothing of.
  EXPECT_EQ(verdict_on(frame_of("\x78\x01")), "a frame of 2 bytes holds no content known here");
}

TEST(FrameDecoder, AnErrorIsFinal) {
  FrameDecoder decoder;
  decoder.push(frame_of(""));
  const auto first = decoder.next();
  ASSERT_FALSE(first);
  decoder.push(encode(request(1)).value());
  const auto second = decoder.next();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), first.error());
}

TEST(FrameDecoder, RandomBytesInRandomPiecesNeverComeOutAsMoreThanTheyHold) {
  std::mt19937 random(20240601);
  for (int round = 0; round < 2000; ++round) {
    FrameDecoder decoder;
    std::string bytes = encode(request(random(), "run-1")).value();
    const auto changed = random() % bytes.size();
    bytes[changed] = static_cast<char>(random());
    std::size_t given = 0;
    bool failed = false;
    int whole = 0;
    while (given < bytes.size() && !failed) {
      const std::size_t piece = std::min<std::size_t>(1 + random() % 9, bytes.size() - given);
      decoder.push(std::string_view(bytes).substr(given, piece));
      given += piece;
      const auto envelope = decoder.next();
      failed = !envelope;
      if (envelope && *envelope) ++whole;
    }
    EXPECT_LE(whole, 1);
  }
}

TEST(Encode, AMessageLargerThanAFrameIsRefused) {
  const auto frame = encode(request(1, std::string(max_frame_bytes, 'x')));
  ASSERT_FALSE(frame);
  EXPECT_NE(frame.error().what.find("larger than the limit"), std::string::npos);
}

TEST(Encode, AnEmptyEnvelopeIsRefused) {
  EXPECT_FALSE(encode(proto::Envelope()));
}

}  // namespace
}  // namespace cutover::wire
