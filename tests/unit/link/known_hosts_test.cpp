// known_hosts as libssh2 reads it and as we add to it.
#include "controller/link/known_hosts.h"

#include <gtest/gtest.h>

#include "controller/link/ssh_bytes.h"
#include "controller/link/ssh_keys.h"

namespace cutover {
namespace {

std::string key(const std::string& type, char filling) {
  std::string blob;
  append_text(blob, type);
  append_text(blob, std::string(32, filling));
  return blob;
}

struct KnownHostsTest : testing::Test {
  LIBSSH2_SESSION* session = ::libssh2_session_init();
  const std::string ours = key("ssh-ed25519", 'a');
  const std::string another = key("ssh-ed25519", 'b');
  const std::string ecdsa = key("ecdsa-sha2-nistp256", 'e');

  ~KnownHostsTest() override { ::libssh2_session_free(session); }

  static std::string line(const std::string& names, const std::string& blob) {
    return names + " " + type_of_blob(blob) + " " + to_base64(blob) + "\n";
  }
  HostKeyVerdict verdict(const std::string& text, const std::string& host = "bouncer",
                         std::uint16_t port = 22) const {
    return KnownHosts(session, text, host, port).check(ours, LIBSSH2_HOSTKEY_TYPE_ED25519);
  }
  std::string methods(const std::string& text, std::uint16_t port = 22) const {
    return KnownHosts(session, text, "bouncer", port).methods();
  }
};

TEST_F(KnownHostsTest, AKnownKeyMatchesAndAnotherIsAMismatch) {
  EXPECT_EQ(verdict(line("bouncer", ours)), HostKeyVerdict::matches);
  EXPECT_EQ(verdict(line("bouncer,10.0.0.5", ours), "10.0.0.5"), HostKeyVerdict::matches);
  EXPECT_EQ(verdict(line("bouncer", another)), HostKeyVerdict::mismatch);
  EXPECT_EQ(verdict(line("other", ours)), HostKeyVerdict::unknown);
  EXPECT_EQ(verdict(""), HostKeyVerdict::unknown);
}

TEST_F(KnownHostsTest, NamesAreComparedWithoutCase) {
  EXPECT_EQ(verdict(line("bouncer", ours), "Bouncer"), HostKeyVerdict::matches);
}

TEST_F(KnownHostsTest, AnotherPortIsAnotherHost) {
  EXPECT_EQ(verdict(line("[bouncer]:2222", ours), "bouncer", 2222), HostKeyVerdict::matches);
  EXPECT_EQ(verdict(line("bouncer", ours), "bouncer", 2222), HostKeyVerdict::unknown);
  EXPECT_EQ(verdict(line("[bouncer]:2222", ours)), HostKeyVerdict::unknown);
}

TEST_F(KnownHostsTest, AKeyOfAnotherTypeIsNoMismatch) {
  EXPECT_EQ(verdict(line("bouncer", ecdsa)), HostKeyVerdict::unknown);
}

TEST_F(KnownHostsTest, ThePreferredMethodsAreThoseOfTheKnownKeys) {
  EXPECT_EQ(methods(""), "");
  EXPECT_EQ(methods(line("bouncer", ours)), "ssh-ed25519");
  EXPECT_EQ(methods(line("bouncer", ecdsa) + line("bouncer", ours)),
            "ssh-ed25519,ecdsa-sha2-nistp256");
  EXPECT_EQ(methods(line("bouncer", key("ssh-rsa", 'r'))), "ssh-rsa");
  EXPECT_EQ(methods(line("[bouncer]:2222", ours), 2222), "ssh-ed25519");
  EXPECT_EQ(methods(line("[bouncer]:2222", ours), 22), "");
}

TEST_F(KnownHostsTest, LinesThatAreNotUnderstoodDoNotHideTheOthers) {
  EXPECT_EQ(verdict("# a comment\n\nbroken\n@cert-authority * ssh-rsa AAAA\n\r\n" +
                    line("bouncer", ours) + "more garbage here and there"),
            HostKeyVerdict::matches);
}

TEST_F(KnownHostsTest, PatternsMatch) {
  EXPECT_EQ(verdict(line("*.internal,!bad.internal", ours), "b1.internal"),
            HostKeyVerdict::matches);
  EXPECT_EQ(verdict(line("*.internal,!bad.internal", ours), "bad.internal"),
            HostKeyVerdict::unknown);
  EXPECT_EQ(verdict(line("[10.0.0.?]:2222", ours), "10.0.0.7", 2222), HostKeyVerdict::matches);
}

TEST_F(KnownHostsTest, ARevokedKeyIsRevokedEvenWhereItMatches) {
  EXPECT_EQ(verdict(line("bouncer", ours) + "@revoked " + line("*", ours)),
            HostKeyVerdict::revoked);
  EXPECT_EQ(verdict(line("bouncer", ours) + "@revoked " + line("*", another)),
            HostKeyVerdict::matches);
}

}  // namespace
}  // namespace cutover
