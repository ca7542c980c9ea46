#include "test_sshd.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pwd.h>
#include <shadow.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using support::eventually;

/// Without PAM sshd refuses an account whose password is locked, with PAM it needs a set-up system.
bool account_is_locked() {
  const passwd* user = ::getpwuid(::getuid());
  const spwd* entry = user ? ::getspnam(user->pw_name) : nullptr;
  return entry && entry->sp_pwdp && entry->sp_pwdp[0] == '!';
}

bool answers(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int failure =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(descriptor);
  return failure == 0;
}

}  // namespace

std::string output_of(std::vector<std::string> arguments) {
  return support::run_or_throw({.argv = std::move(arguments)}, 30s);
}

TestSshd::TestSshd(std::vector<std::string> host_key_types) {
  std::string text = fmt::format(
      "Port {}\nListenAddress 127.0.0.1\nPidFile none\nStrictModes no\nUsePAM {}\n"
      "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
      "AuthorizedKeysFile {}\nLogLevel VERBOSE\nUseDNS no\n",
      port(), account_is_locked() ? "yes" : "no", file("authorized_keys"));
  for (const auto& type : host_key_types) {
    output_of({"ssh-keygen", "-q", "-t", type, "-N", "", "-f", file("host_" + type)});
    text += "HostKey " + file("host_" + type) + "\n";
  }
  write("authorized_keys", "");
  const std::string config = write("sshd_config", text);
  if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);  // sshd as root insists on it
  process_.emplace(support::ChildOptions{.argv = {"/usr/sbin/sshd", "-D", "-e", "-f", config},
                                         .log = file("sshd.log"),
                                         .signal_when_destroyed = SIGTERM});
  if (!eventually(20s, [&] { return answers(port()); }))
    throw std::runtime_error("sshd does not listen:\n" + log());
}

std::string TestSshd::log() const {
  return support::read_file(file("sshd.log"));
}

std::string TestSshd::make_key(const std::string& name, const std::string& type, LetIn let_in,
                               const std::string& passphrase) {
  const std::string key = file(name);
  output_of({"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", key});
  if (let_in == LetIn::yes)
    std::ofstream(file("authorized_keys"), std::ios::app) << support::read_file(key + ".pub");
  return key;
}

std::string TestSshd::public_key(const std::string& name) const {
  std::istringstream words(support::read_file(file(name + ".pub")));
  std::string algorithm;
  std::string key;
  words >> algorithm >> key;
  return algorithm + " " + key;
}

std::string TestSshd::known_hosts(const std::vector<std::string>& types) const {
  std::string text;
  for (const auto& type : types) text += name() + " " + public_key("host_" + type) + "\n";
  return write("known_hosts", text);
}

std::string TestSshd::write(const std::string& name, const std::string& text) const {
  support::write_file(file(name), text);
  return file(name);
}

TestSshAgent::TestSshAgent(const std::string& socket) {
  process_.emplace(support::ChildOptions{.argv = {"ssh-agent", "-D", "-a", socket},
                                         .log = socket + ".log",
                                         .signal_when_destroyed = SIGTERM});
  if (!eventually(20s, [&] { return std::filesystem::exists(socket); }))
    throw std::runtime_error("ssh-agent does not listen");
  ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
}

TestSshAgent::~TestSshAgent() {
  ::unsetenv("SSH_AUTH_SOCK");
}

void TestSshAgent::add(const std::string& key) {
  output_of({"ssh-add", "-q", key});
}

}  // namespace cutover
