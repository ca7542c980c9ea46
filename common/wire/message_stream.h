// Frames on any byte stream: a 4-byte big-endian length, then one proto::Envelope of at most
// max_frame_bytes. The decoder is pure; the stream is Asio. A frame that is too large, truncated or
// no Envelope is an Error, and the caller closes that connection and nothing else.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/async/task.h"
#include "common/base/result.h"
#include "proto/agent.pb.h"

namespace cutover::wire {

inline constexpr std::size_t max_frame_bytes = 4 * 1024 * 1024;
inline constexpr std::uint32_t protocol_version = 1;

/// The frame of `envelope`, or an error when it is larger than a frame may be.
Result<std::string> encode(const proto::Envelope& envelope);

/// Takes bytes in any pieces and gives back whole envelopes.
class FrameDecoder {
 public:
  void push(std::span<const char> bytes);
  /// The next whole envelope; nullopt when more bytes are needed; an Error is final.
  Result<std::optional<proto::Envelope>> next();
  /// True when nothing of an unfinished frame is left: the peer may close here.
  bool is_between_frames() const;

 private:
  Error fail(Error error);

  std::string buffer_;
  std::optional<Error> failure_;
};

/// A connected duplex byte stream. read_some returns 0 bytes at the end of the stream.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual boost::asio::any_io_executor executor() = 0;
  virtual Task<Result<std::size_t>> read_some(std::span<char> into) = 0;
  virtual Task<Result<void>> write_all(std::string bytes) = 0;
  /// Ends a pending read or write with an error; closing twice is fine.
  virtual void close() = 0;
  /// What the far end said beside the stream about why it ended (a command's stderr); mostly empty.
  virtual std::string diagnosis() const { return {}; }
};

/// A unix socket (or socketpair) as a ByteStream; takes ownership of the descriptor.
std::unique_ptr<ByteStream> stream_of_socket(boost::asio::any_io_executor executor, int descriptor);
/// A pair of pipes (stdin and stdout of a child, or our own) as a ByteStream; takes ownership of
/// both, and makes the process ignore SIGPIPE.
std::unique_ptr<ByteStream> stream_of_pipes(boost::asio::any_io_executor executor,
                                            int read_descriptor, int write_descriptor);

/// Whole envelopes over a ByteStream; one reader and one writer at a time.
class MessageStream {
 public:
  explicit MessageStream(std::unique_ptr<ByteStream> stream);
  Task<Result<void>> send(proto::Envelope envelope);
  /// nullopt: the peer closed between frames.
  Task<Result<std::optional<proto::Envelope>>> receive();
  void close();
  std::string diagnosis() const;
  boost::asio::any_io_executor executor();

 private:
  std::unique_ptr<ByteStream> stream_;
  FrameDecoder decoder_;
};

}  // namespace cutover::wire
