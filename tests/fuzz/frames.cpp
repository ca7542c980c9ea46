// The frame decoder on any bytes, in any pieces: the same envelopes and the same end however they
// are cut; what was decoded is encoded to an equal envelope; an error is final.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/wire/message_stream.h"
#include "tests/fuzz/require.h"

namespace cutover::fuzz {
namespace {

struct Decoded {
  std::vector<proto::Envelope> envelopes;
  std::string error;
  bool is_between_frames = false;
};

bool are_equal(const proto::Envelope& a, const proto::Envelope& b) {
  google::protobuf::util::DefaultFieldComparator numbers;
  numbers.set_treat_nan_as_equal(true);
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&numbers);
  return differencer.Compare(a, b);
}

/// Takes what is whole; false after an error.
bool take_all(wire::FrameDecoder& decoder, Decoded& into) {
  for (;;) {
    const auto next = decoder.next();
    if (!next) {
      into.error = next.error().what;
      require(!into.error.empty(), "an error says why");
      return false;
    }
    if (!*next) return true;
    into.envelopes.push_back(**next);
  }
}

void error_is_final(wire::FrameDecoder& decoder, const std::string& error) {
  const std::string more("\0\0\0\2\x0a\0", 6);
  decoder.push(std::span<const char>(more.data(), more.size()));
  const auto next = decoder.next();
  require(!next && next.error().what == error, "an error is final");
}

Decoded decode(const std::string& bytes, std::size_t piece) {
  wire::FrameDecoder decoder;
  Decoded decoded;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto length = std::min(piece, bytes.size() - at);
    decoder.push(std::span<const char>(bytes.data() + at, length));
    if (!take_all(decoder, decoded)) {
      error_is_final(decoder, decoded.error);
      break;
    }
  }
  decoded.is_between_frames = decoder.is_between_frames();
  return decoded;
}

void comes_through_again(const proto::Envelope& envelope) {
  const auto frame = wire::encode(envelope);
  if (!frame) return;
  const auto again = decode(*frame, frame->size());
  require(again.error.empty() && again.envelopes.size() == 1, "an encoded envelope decodes");
  require(are_equal(again.envelopes[0], envelope), "it decodes to an equal envelope");
  require(again.is_between_frames, "nothing is left behind it");
}

void run(const std::string& bytes) {
  const auto whole = decode(bytes, bytes.size() + 1);
  const auto piece = bytes.empty() ? 1 : 1 + static_cast<unsigned char>(bytes.back()) % 7;
  const auto cut = decode(bytes, piece);
  require(whole.error == cut.error, "the same error however it is cut");
  require(whole.envelopes.size() == cut.envelopes.size(), "as many envelopes however it is cut");
  require(!whole.error.empty() || whole.is_between_frames == cut.is_between_frames,
          "the same end however it is cut");
  for (std::size_t i = 0; i < whole.envelopes.size(); ++i) {
    require(are_equal(whole.envelopes[i], cut.envelopes[i]), "the same envelopes");
    comes_through_again(whole.envelopes[i]);
  }
}

}  // namespace
}  // namespace cutover::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::fuzz::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
