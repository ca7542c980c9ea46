#include "controller/link/ssh_agent.h"

#include "controller/link/ssh_bytes.h"
#include "controller/link/transport.h"

namespace cutover {
namespace {

// Numbers of the agent protocol (draft-miller-ssh-agent).
constexpr char request_identities = 11;
constexpr char identities_answer = 12;
constexpr char sign_request = 13;
constexpr char sign_response = 14;
constexpr std::uint32_t largest_answer = 256 * 1024;

const Error broken_answer{"the ssh agent gave an answer that cannot be read"};

}  // namespace

Task<Result<std::unique_ptr<SshAgent>>> SshAgent::connect(boost::asio::any_io_executor executor,
                                                          std::string path) {
  BouncerConfig place;
  place.socket_path = path;
  auto stream = co_await open_unix_socket(std::move(executor), std::move(place));
  if (!stream)
    co_return Error{"cannot reach the ssh agent at " + path + ": " + stream.error().what,
                    "start one with `eval $(ssh-agent)` and `ssh-add`, or set `identity`"};
  co_return std::make_unique<SshAgent>(std::move(*stream));
}

SshAgent::SshAgent(std::unique_ptr<wire::ByteStream> stream) : stream_(std::move(stream)) {}

Task<Result<std::string>> SshAgent::ask(std::string question) {
  std::string framed;
  append_text(framed, question);
  const auto written = co_await stream_->write_all(std::move(framed));
  if (!written) co_return within_context("ssh agent", written.error());
  std::string answer;
  std::vector<char> piece(4096);
  while (true) {
    SshReader reader(answer);
    const auto length = reader.number();
    if (length > largest_answer) co_return broken_answer;
    if (reader.is_good() && answer.size() - 4 >= length) break;
    const auto size = co_await stream_->read_some(piece);
    if (!size) co_return within_context("ssh agent", size.error());
    if (*size == 0) co_return Error{"the ssh agent closed the connection"};
    answer.append(piece.data(), *size);
  }
  co_return Result<std::string>(boost::system::in_place_value, answer.substr(4));
}

Task<Result<std::vector<AgentIdentity>>> SshAgent::identities() {
  auto answer = co_await ask(std::string(1, request_identities));
  if (!answer) co_return answer.error();
  SshReader reader(*answer);
  if (reader.byte() != identities_answer) co_return broken_answer;
  std::vector<AgentIdentity> identities;
  for (auto count = reader.number(); count > 0 && reader.is_good(); --count) {
    const std::string blob(reader.text());
    const std::string comment(reader.text());
    identities.push_back({blob, comment});
  }
  if (!reader.is_good()) co_return broken_answer;
  co_return identities;
}

Task<Result<std::string>> SshAgent::sign(std::string blob, std::string data) {
  std::string question(1, sign_request);
  append_text(question, blob);
  append_text(question, data);
  append_number(question, 0);
  auto answer = co_await ask(std::move(question));
  if (!answer) co_return answer.error();
  SshReader reader(*answer);
  if (reader.byte() != sign_response)
    co_return Error{"the ssh agent refused to sign",
                    "its key may need a confirmation or a touch; see `ssh-add -l`"};
  SshReader signature(reader.text());
  signature.text();
  const std::string bytes(signature.text());
  if (!signature.is_good()) co_return broken_answer;
  co_return Result<std::string>(boost::system::in_place_value, bytes);
}

}  // namespace cutover
