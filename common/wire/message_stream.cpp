#include "common/wire/message_stream.h"

#include <vector>

namespace cutover::wire {

MessageStream::MessageStream(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

Task<Result<void>> MessageStream::send(proto::Envelope envelope) {
  auto frame = encode(envelope);
  if (!frame) co_return frame.error();
  auto written = co_await stream_->write_all(std::move(*frame));
  co_return written;
}

Task<Result<std::optional<proto::Envelope>>> MessageStream::receive() {
  std::vector<char> piece(16 * 1024);
  while (true) {
    auto envelope = decoder_.next();
    if (!envelope || *envelope) co_return envelope;
    const auto size = co_await stream_->read_some(piece);
    if (!size) co_return size.error();
    if (*size == 0 && decoder_.is_between_frames()) co_return std::optional<proto::Envelope>();
    if (*size == 0) co_return Error{"the peer closed the connection in the middle of a frame"};
    decoder_.push(std::span(piece).first(*size));
  }
}

void MessageStream::close() {
  stream_->close();
}

std::string MessageStream::diagnosis() const {
  return stream_->diagnosis();
}

boost::asio::any_io_executor MessageStream::executor() {
  return stream_->executor();
}

}  // namespace cutover::wire
