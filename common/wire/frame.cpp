// The pure half of message_stream.h: bytes to envelopes and back.
#include <fmt/format.h>

#include <cstdint>

#include "common/wire/message_stream.h"

namespace cutover::wire {
namespace {

constexpr std::size_t header_bytes = 4;
constexpr const char* foreign_peer_hint =
    "the peer does not speak this protocol; check what is started at the other end, and its "
    "version";

std::size_t length_in(const std::string& buffer) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < header_bytes; ++i)
    length = length << 8 | static_cast<unsigned char>(buffer[i]);
  return length;
}

Error too_large(std::size_t bytes) {
  return {fmt::format("a frame of {} bytes is larger than the limit of {}", bytes, max_frame_bytes),
          foreign_peer_hint};
}

}  // namespace

Result<std::string> encode(const proto::Envelope& envelope) {
  const std::size_t length = envelope.ByteSizeLong();
  if (length > max_frame_bytes) return too_large(length);
  if (envelope.content_case() == proto::Envelope::CONTENT_NOT_SET)
    return Error{"an envelope without content cannot be sent"};
  std::string frame;
  frame.reserve(header_bytes + length);
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(length >> shift & 0xFF));
  if (!envelope.AppendToString(&frame)) return Error{"an envelope could not be serialised"};
  return Result<std::string>(boost::system::in_place_value, std::move(frame));
}

void FrameDecoder::push(std::span<const char> bytes) {
  if (!failure_) buffer_.append(bytes.data(), bytes.size());
}

Result<std::optional<proto::Envelope>> FrameDecoder::next() {
  if (failure_) return *failure_;
  if (buffer_.size() < header_bytes) return std::optional<proto::Envelope>();
  const std::size_t length = length_in(buffer_);
  if (length == 0) return fail({"a frame of no bytes", foreign_peer_hint});
  if (length > max_frame_bytes) return fail(too_large(length));
  if (buffer_.size() < header_bytes + length) return std::optional<proto::Envelope>();

  proto::Envelope envelope;
  if (!envelope.ParseFromArray(buffer_.data() + header_bytes, static_cast<int>(length)))
    return fail({fmt::format("a frame of {} bytes is no message", length), foreign_peer_hint});
  if (envelope.content_case() == proto::Envelope::CONTENT_NOT_SET)
    return fail({fmt::format("a frame of {} bytes holds no content known here", length),
                 foreign_peer_hint});
  buffer_.erase(0, header_bytes + length);
  return std::optional<proto::Envelope>(std::move(envelope));
}

bool FrameDecoder::is_between_frames() const {
  return buffer_.empty();
}

Error FrameDecoder::fail(Error error) {
  buffer_.clear();
  buffer_.shrink_to_fit();
  failure_ = error;
  return error;
}

}  // namespace cutover::wire
