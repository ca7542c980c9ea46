#include "controller/link/known_hosts.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <utility>

#include "controller/link/ssh_keys.h"

namespace cutover {
namespace {

struct KeyType {
  int host_key_type;    ///< LIBSSH2_HOSTKEY_TYPE_…
  int known_host_bits;  ///< LIBSSH2_KNOWNHOST_KEY_…
  const char* method;
};

/// In the order of preference.
constexpr std::array<KeyType, 5> key_types{{
    {LIBSSH2_HOSTKEY_TYPE_ED25519, LIBSSH2_KNOWNHOST_KEY_ED25519, "ssh-ed25519"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_256, LIBSSH2_KNOWNHOST_KEY_ECDSA_256, "ecdsa-sha2-nistp256"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_384, LIBSSH2_KNOWNHOST_KEY_ECDSA_384, "ecdsa-sha2-nistp384"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_521, LIBSSH2_KNOWNHOST_KEY_ECDSA_521, "ecdsa-sha2-nistp521"},
    {LIBSSH2_HOSTKEY_TYPE_RSA, LIBSSH2_KNOWNHOST_KEY_SSHRSA, "ssh-rsa"},
}};

std::string_view take_word(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  const auto end = std::min(line.find_first_of(" \t", begin), line.size());
  const auto word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

int check_key(LIBSSH2_KNOWNHOSTS* hosts, const std::string& name, std::string_view key, int bits) {
  const int mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW | bits;
  // Port -1: the name is compared as it is, never a plain "host" for another port.
  return ::libssh2_knownhost_checkp(hosts, name.c_str(), -1, key.data(), key.size(), mask, nullptr);
}

std::string name_of(std::string host, std::uint16_t port) {
  std::ranges::transform(host, host.begin(), [](char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  });
  return port == 22 ? host : "[" + host + "]:" + std::to_string(port);
}

}  // namespace

bool matches_patterns(std::string_view patterns, const std::string& name) {
  // fnmatch() would take the brackets of "[host]:port" for a set of characters.
  const auto escaped = [](std::string_view pattern) {
    std::string text;
    for (const char c : pattern) {
      if (c == '[' || c == ']' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    return text;
  };
  bool matches = false;
  while (!patterns.empty()) {
    const auto comma = std::min(patterns.find(','), patterns.size());
    auto pattern = patterns.substr(0, comma);
    patterns.remove_prefix(std::min(comma + 1, patterns.size()));
    const bool negates = pattern.starts_with('!');
    if (negates) pattern.remove_prefix(1);
    if (::fnmatch(escaped(pattern).c_str(), name.c_str(), 0) != 0) continue;
    if (negates) return false;
    matches = true;
  }
  return matches;
}

KnownHosts::KnownHosts(LIBSSH2_SESSION* session, std::string_view text, std::string host,
                       std::uint16_t port)
    : name_(name_of(std::move(host), port)), hosts_(::libssh2_knownhost_init(session)) {
  if (!hosts_) throw std::bad_alloc();
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_line(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Line by line: libssh2_knownhost_readfile() stops at the first line it does not understand.
void KnownHosts::add_line(std::string_view line) {
  std::string_view rest = line;
  auto names = take_word(rest);
  if (names.empty() || names.starts_with('#')) return;
  const bool is_revoked = names == "@revoked";
  if (is_revoked) names = take_word(rest);
  if (names.starts_with('@')) return;  // certificate authorities: libssh2 has no certificates
  const auto type = take_word(rest);
  const auto key = take_word(rest);
  if (is_revoked) {
    if (names.starts_with('|') || matches_patterns(names, name_)) revoked_.emplace_back(key);
    return;
  }
  std::string plain(line);
  if (names.find_first_of("*?!") != std::string_view::npos) {
    if (!matches_patterns(names, name_)) return;
    plain = name_ + " " + std::string(type) + " " + std::string(key);
  }
  ::libssh2_knownhost_readline(hosts_.get(), plain.c_str(), plain.size(),
                               LIBSSH2_KNOWNHOST_FILE_OPENSSH);
}

std::string KnownHosts::methods() const {
  std::string methods;
  for (const KeyType& type : key_types) {
    // No key is one NUL byte: where a key of the type is known, this one is a mismatch.
    const int found =
        check_key(hosts_.get(), name_, std::string_view("\0", 1), type.known_host_bits);
    if (found != LIBSSH2_KNOWNHOST_CHECK_MISMATCH) continue;
    if (!methods.empty()) methods += ',';
    methods += type.method;
  }
  return methods;
}

HostKeyVerdict KnownHosts::check(std::string_view key, int type) const {
  if (std::ranges::count(revoked_, to_base64(key)) > 0) return HostKeyVerdict::revoked;
  const auto known = std::ranges::find(key_types, type, &KeyType::host_key_type);
  if (known == key_types.end()) return HostKeyVerdict::unknown;
  switch (check_key(hosts_.get(), name_, key, known->known_host_bits)) {
    case LIBSSH2_KNOWNHOST_CHECK_MATCH:
      return HostKeyVerdict::matches;
    case LIBSSH2_KNOWNHOST_CHECK_MISMATCH:
      return HostKeyVerdict::mismatch;
    default:
      return HostKeyVerdict::unknown;
  }
}

}  // namespace cutover
