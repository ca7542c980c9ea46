// ByteStreams over file descriptors: unix sockets, and pairs of pipes.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>

#include "common/wire/message_stream.h"

namespace cutover::wire {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

template <class Source>
Task<Result<std::size_t>> read_from(Source& source, std::span<char> into) {
  const auto buffer = asio::buffer(into.data(), into.size());
  const auto answer = co_await source.async_read_some(buffer, awaited);
  const error_code error = std::get<0>(answer);
  if (error == asio::error::eof) co_return std::size_t{0};
  if (error) co_return Error{"reading failed: " + error.message()};
  co_return std::get<1>(answer);
}

template <class Sink>
Task<Result<void>> write_to(Sink& sink, std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  const auto answer = co_await asio::async_write(sink, buffer, awaited);
  const error_code error = std::get<0>(answer);
  if (error) co_return Error{"writing failed: " + error.message()};
  co_return Result<void>();
}

class SocketStream : public ByteStream {
 public:
  SocketStream(asio::any_io_executor executor, int descriptor) : socket_(executor) {
    socket_.assign(asio::local::stream_protocol(), descriptor);
  }

  asio::any_io_executor executor() override { return socket_.get_executor(); }
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    return read_from(socket_, into);
  }
  Task<Result<void>> write_all(std::string bytes) override {
    return write_to(socket_, std::move(bytes));
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  asio::local::stream_protocol::socket socket_;
};

class PipeStream : public ByteStream {
 public:
  PipeStream(asio::any_io_executor executor, int read_descriptor, int write_descriptor)
      : from_(executor, read_descriptor), to_(executor, write_descriptor) {
    // A write to a pipe whose reader is gone must be an error here, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
  }

  asio::any_io_executor executor() override { return from_.get_executor(); }
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    return read_from(from_, into);
  }
  Task<Result<void>> write_all(std::string bytes) override {
    return write_to(to_, std::move(bytes));
  }
  void close() override {
    error_code ignored;
    from_.close(ignored);
    to_.close(ignored);
  }

 private:
  asio::posix::stream_descriptor from_;
  asio::posix::stream_descriptor to_;
};

}  // namespace

std::unique_ptr<ByteStream> stream_of_socket(asio::any_io_executor executor, int descriptor) {
  return std::make_unique<SocketStream>(std::move(executor), descriptor);
}

std::unique_ptr<ByteStream> stream_of_pipes(asio::any_io_executor executor, int read_descriptor,
                                            int write_descriptor) {
  return std::make_unique<PipeStream>(std::move(executor), read_descriptor, write_descriptor);
}

}  // namespace cutover::wire
