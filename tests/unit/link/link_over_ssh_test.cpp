// Links through a real sshd: libssh2 and OpenSSH's client, keys right and wrong.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>

#include "controller/link/link.h"
#include "run.h"
#include "test_sshd.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;
using LetIn = TestSshd::LetIn;

struct LinkOverSsh : testing::Test {
  boost::asio::io_context context;
  std::unique_ptr<TestSshd> sshd;
  BouncerConfig bouncer;

  LinkOverSsh() { ::unsetenv("SSH_AUTH_SOCK"); }

  void start(std::vector<std::string> host_key_types = {"ed25519"}) {
    sshd = std::make_unique<TestSshd>(host_key_types);
    bouncer.name = "bouncer-1";
    bouncer.transport = Transport::libssh2;
    bouncer.host = "127.0.0.1";
    bouncer.port = sshd->port();
    bouncer.identity = sshd->make_key("user_key", "ed25519", LetIn::yes);
    bouncer.known_hosts = sshd->known_hosts({host_key_types.front()});
    bouncer.command = ECHO_AGENT;
  }
  std::unique_ptr<Link> make_link() {
    return std::make_unique<Link>(context.get_executor(), bouncer);
  }
  Result<void> connected() { return run(context, make_link()->connect()); }
  Error refusal() {
    const auto result = connected();
    if (!result) return result.error();
    ADD_FAILURE() << "it connected";
    return {};
  }
  static proto::Request request(const std::string& run_id) {
    proto::Request request;
    request.set_run_id(run_id);
    request.mutable_ping();
    return request;
  }
  /// "" when a call goes through, else why not.
  std::string failure_of_a_call() {
    const auto link = make_link();
    const auto reply = run(context, link->call(request("run-1"), 10s));
    if (!reply) return to_text(reply.error().error) + "\n" + sshd->log();
    return reply->what() == "run-1" ? "" : "another reply";
  }
};

TEST_F(LinkOverSsh, AKeyFileAndAKnownHostLetACallThrough) {
  start();
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, AnEcdsaKeyLetsACallThrough) {
  start({"ecdsa"});
  bouncer.identity = sshd->make_key("ecdsa_key", "ecdsa", LetIn::yes);
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, AnUnknownHostKeyIsNeverAcceptedAndItsFingerprintIsShown) {
  start();
  bouncer.known_hosts = sshd->write("empty", "");
  const std::string listing = output_of({"ssh-keygen", "-lf", sshd->file("host_ed25519.pub")});
  const std::string fingerprint = listing.substr(4, listing.find(' ', 4) - 4);
  const Error error = refusal();
  EXPECT_THAT(error.what, AllOf(HasSubstr(sshd->name() + " is not in"), HasSubstr(fingerprint)));
  EXPECT_THAT(error.hint, HasSubstr("ssh-keyscan -t ed25519 -p"));
  EXPECT_THAT(sshd->log(), testing::Not(HasSubstr("Accepted")));
}

TEST_F(LinkOverSsh, AMissingKnownHostsFileKnowsNobody) {
  start();
  bouncer.known_hosts = sshd->file("not_there");
  EXPECT_THAT(refusal().what, HasSubstr("is not in"));
}

TEST_F(LinkOverSsh, AnotherHostKeyIsALoudError) {
  start();
  sshd->make_key("other_host", "ed25519", LetIn::no);
  bouncer.known_hosts =
      sshd->write("wrong", sshd->name() + " " + sshd->public_key("other_host") + "\n");
  EXPECT_THAT(refusal().what, AllOf(HasSubstr("HAS CHANGED"), HasSubstr("SHA256:")));
}

TEST_F(LinkOverSsh, HashedKnownHostsAreUnderstood) {
  start();
  output_of({"ssh-keygen", "-H", "-f", bouncer.known_hosts});
  ASSERT_THAT(support::read_file(bouncer.known_hosts), testing::StartsWith("|1|"));
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, AHostWithSeveralKeysIsKnownByAnyOneOfThem) {
  start({"ed25519", "ecdsa", "rsa"});
  for (const char* type : {"ed25519", "ecdsa"}) {
    bouncer.known_hosts = sshd->known_hosts({type});
    EXPECT_EQ(failure_of_a_call(), "") << type;
  }
}

TEST_F(LinkOverSsh, AHostKnownByItsRsaKeyAloneGetsTheHint) {
  start({"ed25519", "rsa"});
  bouncer.known_hosts = sshd->known_hosts({"rsa"});
  const Error error = refusal();
  EXPECT_THAT(error.what, HasSubstr("only an RSA key"));
  EXPECT_THAT(error.hint, HasSubstr("transport = \"openssh\""));
}

TEST_F(LinkOverSsh, AServerWithOnlyRsaHostKeysGetsTheHint) {
  start({"rsa"});
  bouncer.known_hosts = sshd->write("empty", "");
  EXPECT_THAT(refusal().hint, HasSubstr("transport = \"openssh\""));
  bouncer.transport = Transport::openssh;
  bouncer.known_hosts = sshd->known_hosts({"rsa"});
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, AKeyThatTheServerDoesNotKnowIsNotLetIn) {
  start();
  bouncer.identity = sshd->make_key("stranger", "ed25519", LetIn::no);
  const Error error = refusal();
  EXPECT_THAT(error.what, AllOf(HasSubstr("is not let in with the key"), HasSubstr("stranger")));
  EXPECT_THAT(error.hint, HasSubstr("authorized_keys"));
}

TEST_F(LinkOverSsh, AnRsaKeyGetsTheHint) {
  start();
  bouncer.identity = sshd->make_key("rsa_key", "rsa", LetIn::yes);
  const Error error = refusal();
  EXPECT_THAT(error.what, HasSubstr("is of type ssh-rsa"));
  EXPECT_THAT(error.hint, HasSubstr("transport = \"openssh\""));
  bouncer.transport = Transport::openssh;
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, AnEncryptedKeyNeedsTheSshAgent) {
  start();
  const std::string plain = bouncer.identity;
  const std::string encrypted = sshd->file("encrypted");
  std::filesystem::copy(plain, encrypted);
  std::filesystem::permissions(
      encrypted, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  output_of({"ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", encrypted});
  bouncer.identity = encrypted;
  const Error error = refusal();
  EXPECT_THAT(error.what, HasSubstr("encrypted with a passphrase"));
  EXPECT_THAT(error.hint, HasSubstr("ssh-add"));

  TestSshAgent agent(sshd->file("agent.sock"));
  agent.add(sshd->make_key("another", "ed25519", LetIn::yes));
  EXPECT_THAT(refusal().what, HasSubstr("does not hold the key of `identity`"));
  agent.add(plain);
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, TheSshAgentsKeysLetACallThrough) {
  start();
  TestSshAgent agent(sshd->file("agent.sock"));
  const std::string key = bouncer.identity;
  bouncer.identity.clear();
  EXPECT_THAT(refusal().what, HasSubstr("holds no key"));
  agent.add(sshd->make_key("rsa_key", "rsa", LetIn::yes));
  EXPECT_THAT(refusal().hint, HasSubstr("transport = \"openssh\""));
  agent.add(sshd->make_key("stranger", "ed25519", LetIn::no));
  EXPECT_THAT(refusal().what, HasSubstr("is not let in with the 1 usable keys of the ssh agent"));
  agent.add(sshd->make_key("ecdsa_key", "ecdsa", LetIn::no));
  agent.add(key);
  EXPECT_EQ(failure_of_a_call(), "");
}

TEST_F(LinkOverSsh, WithoutKeyAndAgentTheErrorSaysSo) {
  start();
  bouncer.identity.clear();
  EXPECT_THAT(refusal().what, HasSubstr("there is no ssh agent"));
}

TEST_F(LinkOverSsh, AKeyFileThatIsMissingOrNoKeyIsAnError) {
  start();
  const std::string key = bouncer.identity;
  bouncer.identity = key + ".pub";
  EXPECT_THAT(refusal().what, HasSubstr("holds no private key"));
  bouncer.identity = "/nowhere/key";
  EXPECT_THAT(refusal().what, HasSubstr("/nowhere/key"));
}

TEST_F(LinkOverSsh, ACommandThatEndsEarlyIsQuotedWithItsStatus) {
  start();
  bouncer.command = "echo cutover-agent is not here >&2; exit 42";
  for (const Transport transport : {Transport::libssh2, Transport::openssh}) {
    bouncer.transport = transport;
    EXPECT_THAT(refusal().what, HasSubstr("cutover-agent is not here"));
  }
  bouncer.transport = Transport::libssh2;
  EXPECT_THAT(refusal().what, HasSubstr("ended with status 42"));
}

TEST_F(LinkOverSsh, ACommandThatSpeaksAnotherLanguageIsAnError) {
  start();
  bouncer.command = "echo Welcome to this host; cat";
  for (const Transport transport : {Transport::libssh2, Transport::openssh}) {
    bouncer.transport = transport;
    EXPECT_THAT(to_text(refusal()), HasSubstr("does not speak this protocol"));
  }
}

TEST_F(LinkOverSsh, OpensshRefusesAnUnknownAndAChangedHostKey) {
  start();
  bouncer.transport = Transport::openssh;
  EXPECT_EQ(failure_of_a_call(), "");
  bouncer.known_hosts = sshd->write("empty", "");
  EXPECT_THAT(refusal().what, HasSubstr("Host key verification failed"));
  EXPECT_EQ(support::read_file(bouncer.known_hosts), "") << "it was added";
  sshd->make_key("other_host", "ed25519", LetIn::no);
  bouncer.known_hosts =
      sshd->write("wrong", sshd->name() + " " + sshd->public_key("other_host") + "\n");
  EXPECT_THAT(refusal().what, HasSubstr("HOST IDENTIFICATION HAS CHANGED"));
}

/// Both ways of ssh must carry the same.
struct EitherTransport : LinkOverSsh, testing::WithParamInterface<Transport> {
  EitherTransport() {
    start();
    bouncer.transport = GetParam();
  }
  /// A remote command that answers until let_agent_die(), which it hears over a named pipe.
  std::string dying_agent() const {
    const std::string pipe = sshd->file("die");
    ::mkfifo(pipe.c_str(), 0600);
    return "(read word < " + pipe + "; kill -9 $$) & exec " ECHO_AGENT;
  }
  void let_agent_die() const { std::ofstream(sshd->file("die")) << "now\n"; }
};
INSTANTIATE_TEST_SUITE_P(Ssh, EitherTransport,
                         testing::Values(Transport::libssh2, Transport::openssh));

TEST_P(EitherTransport, ManyLargeCallsAtOnceAllComeBackWhole) {
  const auto link = make_link();
  std::vector<std::optional<CallResult<proto::Reply>>> results(12);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string text(3'000'000 + i, static_cast<char>('a' + i));
    boost::asio::co_spawn(context, keep(link->call(request(text), 30s), results[i]),
                          boost::asio::detached);
  }
  ASSERT_TRUE(run_until(context, [&] {
    return std::ranges::all_of(results, [](const auto& each) { return each.has_value(); });
  }));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(*results[i]) << results[i]->error().error.what;
    EXPECT_EQ((**results[i]).what(), std::string(3'000'000 + i, static_cast<char>('a' + i)));
  }
}

TEST_P(EitherTransport, AThousandSmallCallsFindTheirReplies) {
  const auto link = make_link();
  std::vector<std::optional<CallResult<proto::Reply>>> results(1000);
  for (std::size_t i = 0; i < results.size(); ++i)
    boost::asio::co_spawn(context, keep(link->call(request(std::to_string(i)), 20s), results[i]),
                          boost::asio::detached);
  ASSERT_TRUE(run_until(context, [&] {
    return std::ranges::all_of(results, [](const auto& each) { return each.has_value(); });
  }));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(*results[i]);
    EXPECT_EQ((**results[i]).what(), std::to_string(i));
  }
}

TEST_P(EitherTransport, ALostConnectionIsOpenedAgainByTheNextCall) {
  // The first command dies by itself; its successor answers.
  const std::string flag = sshd->file("second");
  bouncer.command =
      "if [ -e " + flag + " ]; then exec " ECHO_AGENT "; fi; touch " + flag + "; " + dying_agent();
  const auto link = make_link();
  ASSERT_TRUE(run(context, link->connect()));
  let_agent_die();
  ASSERT_TRUE(run_until(context, [&] { return !link->is_connected(); }));
  const auto reply = run(context, link->call(request("again"), 10s));
  ASSERT_TRUE(reply) << reply.error().error.what;
  EXPECT_EQ(reply->what(), "again");
}

TEST_P(EitherTransport, ALinkWhoseRemoteCommandDiesIsLostAtOnce) {
  bouncer.command = dying_agent();
  const auto link = make_link();
  ASSERT_TRUE(run(context, link->connect()));
  let_agent_die();
  const auto begun = Clock::now();
  ASSERT_TRUE(run_until(context, [&] { return !link->is_connected(); }));
  EXPECT_LT(Clock::now() - begun, 5s);
}

TEST_P(EitherTransport, ClosingIsPromptAndLeavesNoProcess) {
  auto link = make_link();
  ASSERT_TRUE(run(context, link->connect()));
  std::optional<CallResult<proto::Reply>> result;
  boost::asio::co_spawn(context, keep(link->call(request("x"), 10s), result),
                        boost::asio::detached);
  context.restart();
  context.poll_one();
  const auto begun = Clock::now();
  link->close();
  link.reset();
  ASSERT_TRUE(run_until(context, [&] { return result.has_value(); }));
  EXPECT_LT(Clock::now() - begun, 2s);
  sshd.reset();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_P(EitherTransport, AnIdleLinkCostsNoProcessorTime) {
  const auto link = make_link();
  ASSERT_TRUE(run(context, link->connect()));
  std::size_t handlers = 0;
  const auto end = Clock::now() + 1s;
  context.restart();
  while (Clock::now() < end) handlers += context.run_one_until(end);
  EXPECT_LT(handlers, 20u);
  EXPECT_TRUE(link->is_connected());
}

TEST_P(EitherTransport, AServerThatAcceptsAndSaysNothingIsGivenUpWithinTheLimit) {
  boost::asio::ip::tcp::acceptor silent(context, {boost::asio::ip::address_v4::loopback(), 0});
  bouncer.port = silent.local_endpoint().port();
  const auto link = make_link();
  const auto begun = Clock::now();
  const auto reply = run(context, link->call(request("x"), 200ms));
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_LT(Clock::now() - begun, 5s);
}

TEST_P(EitherTransport, AClosedPortIsAnErrorThatSaysWhere) {
  boost::asio::ip::tcp::acceptor closed(context, {boost::asio::ip::address_v4::loopback(), 0});
  bouncer.port = closed.local_endpoint().port();
  closed.close();
  EXPECT_THAT(refusal().what, AllOf(HasSubstr("ssh://127.0.0.1:"), HasSubstr("refused")));
}

TEST_F(LinkOverSsh, AHostNameIsResolvedAndAnUnknownOneIsAnError) {
  start();
  bouncer.host = "localhost";
  bouncer.known_hosts = sshd->write(
      "named", fmt::format("[localhost]:{} {}\n", sshd->port(), sshd->public_key("host_ed25519")));
  EXPECT_EQ(failure_of_a_call(), "");
  bouncer.host = "no-such-host.invalid";
  EXPECT_THAT(refusal().what, HasSubstr("no-such-host.invalid is not known"));
}

}  // namespace
}  // namespace cutover
