// Key files and blobs told apart, and the texts of ssh.
#include "controller/link/ssh_keys.h"

#include <gtest/gtest.h>

#include "controller/link/bounded_text.h"
#include "controller/link/ssh_bytes.h"

namespace cutover {
namespace {

std::string openssh_key(const std::string& cipher, const std::string& type) {
  std::string blob;
  append_text(blob, type);
  append_text(blob, std::string(32, 'k'));
  std::string bytes("openssh-key-v1\0", 15);
  append_text(bytes, cipher);
  append_text(bytes, cipher == "none" ? "none" : "bcrypt");
  append_text(bytes, "");
  append_number(bytes, 1);
  append_text(bytes, blob);
  append_text(bytes, std::string(100, 'p'));
  std::string text = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  const std::string body = to_base64(bytes);
  for (std::size_t i = 0; i < body.size(); i += 70) text += body.substr(i, 70) + "\n";
  return text + "-----END OPENSSH PRIVATE KEY-----\n";
}

TEST(PrivateKey, AnOpensshKeyTellsItsTypeAndWhetherItIsEncrypted) {
  const auto plain = describe_private_key(openssh_key("none", "ssh-ed25519"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->type, "ssh-ed25519");
  EXPECT_FALSE(plain->is_encrypted);
  const auto encrypted = describe_private_key(openssh_key("aes256-ctr", "ssh-rsa"));
  ASSERT_TRUE(encrypted);
  EXPECT_EQ(encrypted->type, "ssh-rsa");
  EXPECT_TRUE(encrypted->is_encrypted);
  EXPECT_EQ(type_of_blob(encrypted->blob), "ssh-rsa");
}

TEST(PrivateKey, APemKeyTellsWhatItsFirstLinesSay) {
  const auto rsa = describe_private_key(
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nMII\n-----END RSA PRIVATE "
      "KEY-----\n");
  ASSERT_TRUE(rsa);
  EXPECT_EQ(rsa->type, "ssh-rsa");
  EXPECT_TRUE(rsa->is_encrypted);
  const auto pkcs8 =
      describe_private_key("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n");
  ASSERT_TRUE(pkcs8);
  EXPECT_EQ(pkcs8->type, "");
}

TEST(PrivateKey, APublicKeyIsNone) {
  EXPECT_FALSE(describe_private_key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA admin@jumpbox\n"));
  EXPECT_FALSE(describe_private_key(""));
}

TEST(PrivateKey, ACutKeyIsNoneOrOneThatTellsNothingOrTheWholeKeys) {
  const std::string text = openssh_key("aes256-ctr", "ssh-ed25519");
  const auto whole = describe_private_key(text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto cut = describe_private_key(text.substr(0, size));
    if (!cut || cut->type.empty()) continue;
    EXPECT_EQ(cut->type, whole->type) << size;
    EXPECT_EQ(cut->blob, whole->blob) << size;
    EXPECT_TRUE(cut->is_encrypted) << size;
  }
}

TEST(KeyType, OnlyEd25519AndEcdsaAreUsable) {
  EXPECT_TRUE(is_usable_type("ssh-ed25519"));
  EXPECT_TRUE(is_usable_type("ecdsa-sha2-nistp256"));
  EXPECT_FALSE(is_usable_type("ssh-rsa"));
  EXPECT_FALSE(is_usable_type("ssh-ed25519-cert-v01@openssh.com"));
  EXPECT_FALSE(is_usable_type("sk-ssh-ed25519@openssh.com"));
}

TEST(Base64, GoesThereAndBack) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
  EXPECT_FALSE(from_base64("Zm9v!"));
}

TEST(Fingerprint, LooksAsSshKeygenShowsIt) {
  EXPECT_EQ(fingerprint_text(std::string(32, '\0')),
            "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

TEST(BoundedText, KeepsTheLastOfItOnOneHarmlessLine) {
  BoundedText text;
  text.append("bash: line 1: x: command not found\r\n");
  text.append("\033[31mred\n\n");
  EXPECT_EQ(text.shown(), "bash: line 1: x: command not found;  [31mred");
  text.append(std::string(10'000, 'y'));
  EXPECT_EQ(text.shown(), std::string(4096, 'y'));
  EXPECT_EQ(BoundedText().shown(), "");
}

}  // namespace
}  // namespace cutover
