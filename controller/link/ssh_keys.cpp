#include "controller/link/ssh_keys.h"

#include <cstdint>

#include "controller/link/ssh_bytes.h"

namespace cutover {
namespace {

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What stands between the BEGIN and END lines, without line ends.
std::string armoured_text(std::string_view text) {
  std::string body;
  const auto begin = text.find('\n', text.find("-----BEGIN"));
  const auto end = text.find("-----END");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return body;
  for (const char c : text.substr(begin, end - begin))
    if (c != '\n' && c != '\r' && c != ' ') body.push_back(c);
  return body;
}

/// "openssh-key-v1", NUL, cipher, kdf, kdf options, number of keys, public key, private part.
PrivateKeyFile describe_openssh_format(std::string_view text) {
  PrivateKeyFile key;
  constexpr std::string_view magic("openssh-key-v1\0", 15);
  const auto bytes = from_base64(armoured_text(text));
  if (!bytes || !bytes->starts_with(magic)) return key;
  SshReader reader(std::string_view(*bytes).substr(magic.size()));
  const auto cipher = reader.text();
  reader.text();
  reader.text();
  reader.number();
  const auto blob = reader.text();
  if (!reader.is_good()) return key;
  key.is_encrypted = cipher != "none";
  key.blob = blob;
  key.type = type_of_blob(blob);
  return key;
}

}  // namespace

std::optional<PrivateKeyFile> describe_private_key(std::string_view text) {
  if (contains(text, "-----BEGIN OPENSSH PRIVATE KEY-----")) return describe_openssh_format(text);
  if (!contains(text, "-----BEGIN ") || !contains(text, "PRIVATE KEY-----")) return std::nullopt;
  PrivateKeyFile key;
  key.is_encrypted = contains(text, "ENCRYPTED");
  if (contains(text, "BEGIN RSA ")) key.type = "ssh-rsa";
  if (contains(text, "BEGIN DSA ")) key.type = "ssh-dss";
  if (contains(text, "BEGIN EC ")) key.type = "ecdsa-sha2-nistp256";
  return key;
}

std::string type_of_blob(std::string_view blob) {
  SshReader reader(blob);
  const auto type = reader.text();
  return std::string(reader.is_good() ? type : std::string_view());
}

bool is_usable_type(std::string_view type) {
  return type == "ssh-ed25519" || type == "ecdsa-sha2-nistp256" || type == "ecdsa-sha2-nistp384" ||
         type == "ecdsa-sha2-nistp521";
}

std::string fingerprint_text(std::string_view sha256) {
  std::string text = to_base64(sha256);
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    count += 8;
    for (; count >= 6; count -= 6) text.push_back(base64_letters[bits >> (count - 6) & 63]);
  }
  if (count > 0) text.push_back(base64_letters[bits << (6 - count) & 63]);
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (const char letter : text) {
    const auto value = base64_letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return bytes;
}

}  // namespace cutover
