// An agent on stdin and stdout for tests over ssh: answers every request with DONE and its run id.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "common/wire/hello.h"

namespace {

cutover::Task<void> serve(boost::asio::io_context& context) {
  auto bytes = cutover::wire::stream_of_pipes(context.get_executor(), STDIN_FILENO, STDOUT_FILENO);
  cutover::wire::MessageStream stream(std::move(bytes));
  auto mine = cutover::wire::make_hello("echo");
  const auto hello =
      co_await cutover::wire::answer_greeting(stream, std::move(mine), std::chrono::seconds(10));
  while (hello) {
    const auto received = co_await stream.receive();
    if (!received || !*received) break;
    cutover::proto::Envelope envelope;
    envelope.mutable_reply()->set_id((*received)->request().id());
    envelope.mutable_reply()->set_outcome(cutover::proto::DONE);
    envelope.mutable_reply()->set_what((*received)->request().run_id());
    co_await stream.send(std::move(envelope));
  }
}

}  // namespace

int main() {
  boost::asio::io_context context;
  boost::asio::co_spawn(context, serve(context), boost::asio::detached);
  context.run();
}
