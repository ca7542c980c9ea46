// What a private key file is, told from its text, and key blobs as ssh writes them. Pure: it only
// explains failures that libssh2 leaves unexplained.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cutover {

struct PrivateKeyFile {
  bool is_encrypted = false;
  std::string type;  ///< "ssh-ed25519", "ssh-rsa" …; empty when the text does not tell
  std::string blob;  ///< the public key; empty when the text does not hold it in the clear
};

/// nullopt: no private key.
std::optional<PrivateKeyFile> describe_private_key(std::string_view text);

/// The type at the head of a public key blob: "ssh-ed25519", …; empty when it is no blob.
std::string type_of_blob(std::string_view blob);

/// libssh2 1.10 can log in with a key of this type to a server of today: no RSA (SHA-1 only), no
/// certificates, no security keys.
bool is_usable_type(std::string_view type);

/// "SHA256:…", as ssh-keygen -l shows it, of the 32 bytes of a SHA-256.
std::string fingerprint_text(std::string_view sha256);

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cutover
