// The user's half of ssh_login.h: authentication.
#include "controller/link/ssh_login.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <optional>

#include "common/base/durable_file.h"
#include "controller/link/ssh_agent.h"
#include "controller/link/ssh_keys.h"

namespace cutover {
namespace {

constexpr const char* key_hint =
    "use an ed25519 key, or set transport = \"openssh\" for this bouncer (it knows RSA, "
    "certificates and security keys)";

Error not_let_in(SshSession& session, const BouncerConfig& bouncer, const std::string& key) {
  return {
      fmt::format("user {} is not let in with {}: {}", user_of(bouncer), key, session.last_error()),
      fmt::format("put its public key into ~{}/.ssh/authorized_keys on the host; sshd's log "
                  "there says why it refuses",
                  user_of(bouncer))};
}

Error unusable(const std::string& key, const std::string& type) {
  return {
      fmt::format("{} is of type {}, which libssh2 cannot use with servers of today", key, type),
      key_hint};
}

/// A signature that libssh2 asks for in the middle of a step, and gets in the next one.
struct SignatureRequest {
  std::string data;
  std::optional<std::string> signature;
  bool is_refused = false;
};

LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(sign_by_agent) {
  static_cast<void>(session);
  auto& request = *static_cast<SignatureRequest*>(*abstract);
  if (request.is_refused) return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
  if (!request.signature) {
    request.data.assign(reinterpret_cast<const char*>(data), data_len);
    return LIBSSH2_ERROR_EAGAIN;
  }
  // libssh2 frees it: malloc is the allocator it was given.
  *sig = static_cast<unsigned char*>(std::malloc(request.signature->size()));
  if (!*sig) return LIBSSH2_ERROR_ALLOC;
  std::memcpy(*sig, request.signature->data(), request.signature->size());
  *sig_len = request.signature->size();
  return 0;
}

constexpr int signature_wanted = 1;

/// libssh2's code; `blame` gets why the agent did not sign.
Task<int> log_in_with(SshSession& session, std::string user, SshAgent& agent,
                      AgentIdentity identity, std::optional<Error>& blame) {
  SignatureRequest request;
  void* abstract = &request;
  const SshSession::Step step = [&] {
    const int code =
        ::libssh2_userauth_publickey(session.handle(), user.c_str(),
                                     reinterpret_cast<const unsigned char*>(identity.blob.data()),
                                     identity.blob.size(), sign_by_agent, &abstract);
    const bool waits_for_agent = !request.data.empty() && !request.signature && !request.is_refused;
    return code == LIBSSH2_ERROR_EAGAIN && waits_for_agent ? signature_wanted : code;
  };
  int code = co_await session.drive(step);
  while (code == signature_wanted) {
    auto signature = co_await agent.sign(identity.blob, request.data);
    if (signature)
      request.signature = std::move(*signature);
    else
      blame = signature.error();
    request.is_refused = !request.signature;
    code = co_await session.drive(step);
  }
  co_return code;
}

/// Usable keys of the agent; only the one with `blob` when there is one.
std::vector<AgentIdentity> usable(std::vector<AgentIdentity> identities, const std::string& blob) {
  std::erase_if(identities, [&](const AgentIdentity& identity) {
    return !is_usable_type(type_of_blob(identity.blob)) || (!blob.empty() && identity.blob != blob);
  });
  return identities;
}

Error none_usable(const std::vector<AgentIdentity>& offered, const std::string& blob) {
  if (offered.empty()) return {"the ssh agent holds no key", "add one with `ssh-add`"};
  if (!blob.empty()) return {"the ssh agent does not hold the key of `identity`"};
  return {fmt::format("the ssh agent holds no key that libssh2 can use ({} of other types)",
                      offered.size()),
          key_hint};
}

Task<Result<void>> authenticate_by_agent(SshSession& session, BouncerConfig bouncer,
                                         std::string blob) {
  const char* path = std::getenv("SSH_AUTH_SOCK");
  if (!path || !*path)
    co_return Error{
        "no key to log in with: `identity` is not set, and there is no ssh agent "
        "(SSH_AUTH_SOCK)",
        "set `identity`, or start an agent with `eval $(ssh-agent)` and `ssh-add`"};
  auto agent = co_await SshAgent::connect(session.executor(), path);
  if (!agent) co_return agent.error();
  const auto offered = co_await (*agent)->identities();
  if (!offered) co_return offered.error();
  const auto identities = usable(*offered, blob);
  if (identities.empty()) co_return none_usable(*offered, blob);
  std::optional<Error> blame;
  for (const AgentIdentity& identity : identities) {
    const int code = co_await log_in_with(session, user_of(bouncer), **agent, identity, blame);
    if (code == 0) co_return Result<void>();
    if (code == LIBSSH2_ERROR_SOCKET_DISCONNECT) break;
  }
  if (blame) co_return *blame;
  co_return not_let_in(session, bouncer,
                       fmt::format("the {} usable keys of the ssh agent", identities.size()));
}

Task<Result<void>> authenticate_by_encrypted_file(SshSession& session, BouncerConfig bouncer,
                                                  std::string blob) {
  const std::string file = bouncer.identity.string();
  const Error encrypted{file + " is encrypted with a passphrase, which is never asked for",
                        "add it to the ssh agent: `eval $(ssh-agent)`, `ssh-add " + file + "`"};
  const char* path = std::getenv("SSH_AUTH_SOCK");
  if (!path || !*path || blob.empty()) co_return encrypted;
  auto authenticated = co_await authenticate_by_agent(session, bouncer, std::move(blob));
  if (authenticated) co_return authenticated;
  co_return Error{encrypted.what + ", and: " + authenticated.error().what, encrypted.hint};
}

Task<Result<void>> authenticate_by_file(SshSession& session, BouncerConfig bouncer) {
  const std::string file = bouncer.identity.string();
  const SshSession::Step step = [&] {
    const std::string user = user_of(bouncer);
    return ::libssh2_userauth_publickey_fromfile_ex(session.handle(), user.c_str(),
                                                    static_cast<unsigned>(user.size()), nullptr,
                                                    file.c_str(), nullptr);
  };
  const int code = co_await session.drive(step);
  if (code == 0) co_return Result<void>();
  co_return not_let_in(session, bouncer, "the key " + file);
}

}  // namespace

Task<Result<void>> authenticate(SshSession& session, BouncerConfig bouncer) {
  if (bouncer.identity.empty()) co_return co_await authenticate_by_agent(session, bouncer, "");
  const std::string file = bouncer.identity.string();
  const auto text = read_file(file);
  if (!text)
    co_return Error{"`identity` cannot be read: " + text.error().what,
                    "it names the private key file of this bouncer"};
  auto key = describe_private_key(*text);
  if (!key)
    co_return Error{file + " holds no private key", "`identity` names the file without .pub"};
  if (!key->type.empty() && !is_usable_type(key->type)) co_return unusable(file, key->type);
  if (key->is_encrypted)
    co_return co_await authenticate_by_encrypted_file(session, bouncer, key->blob);
  co_return co_await authenticate_by_file(session, bouncer);
}

}  // namespace cutover
