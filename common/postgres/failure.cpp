#include "common/postgres/failure.h"

#include <fmt/format.h>

#include <cctype>
#include <stdexcept>
#include <utility>

namespace cutover::postgres {
namespace {

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto last = text.find_last_not_of(" \t\r\n");
  return std::string(text.substr(first, last - first + 1));
}

bool is_noise(std::string_view line) {
  return line.starts_with("LOCATION:") || line.starts_with("Is the server running");
}

/// libpq's messages have several lines; ours have one, without the server's source lines and with
/// hints of our own.
std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || is_noise(line)) continue;
    out += (out.empty() ? "" : "; ") + line;
  }
  return out;
}

struct Login {
  std::string message;
  std::string sqlstate;
};

bool is_sqlstate(std::string_view text) {
  if (text.size() != 5) return false;
  for (const char c : text)
    if (!std::isdigit(static_cast<unsigned char>(c)) && !(c >= 'A' && c <= 'Z')) return false;
  return true;
}

/// Takes "28P01: " out of "FATAL:  28P01: password authentication failed": the last host's counts.
Login split_sqlstate(std::string message) {
  Login login{std::move(message), {}};
  constexpr std::string_view before = ":  ";
  for (auto at = login.message.find(before); at != std::string::npos;
       at = login.message.find(before, at + 1)) {
    const auto code = at + before.size();
    if (!is_sqlstate(std::string_view(login.message).substr(code, 5))) continue;
    if (login.message.compare(code + 5, 2, ": ") != 0) continue;
    login.sqlstate = login.message.substr(code, 5);
    login.message.erase(at + 1, std::string_view("  28P01:").size());
  }
  return login;
}

struct Hint {
  std::string_view sqlstate;  ///< empty: any
  std::string_view message;   ///< part of it; empty: any
  const char* hint;
};

constexpr const char* pgpass_hint =
    "put the password in ~/.pgpass (HOST:PORT:DBNAME:USER:PASSWORD, mode 0600), in a service file "
    "or in PGPASSWORD";

constexpr Hint hints[] = {
    {"", "no password supplied", pgpass_hint},
    {"28P01", "", "check the user, and its password in ~/.pgpass, the service file or PGPASSWORD"},
    {"28000", "pg_hba.conf", "allow this user, database and address in the server's pg_hba.conf"},
    {"28000", "", "create the user, or allow it to log in"},
    {"3D000", "", "correct dbname, or create the database"},
    {"42501", "", "grant the user CONNECT on the database"},
    {"53300", "", "free some connections, or raise max_connections or the role's limit"},
    {"57P03", "", "the server is starting or stopping: try again when it accepts connections"},
    {"", "refused", "check host and port, and that the server runs and listens on this address"},
    {"", "No such file or directory", "check the socket directory and port, and that it runs"},
    {"", "translate host name", "check the host name, and that this machine can resolve it"},
    {"", "No route to host", "check the address, routes and firewalls"},
    {"", "SSL", "check sslmode and certificates on both sides"},
};

std::string hint_for(const Login& login) {
  for (const auto& known : hints) {
    if (!known.sqlstate.empty() && known.sqlstate != login.sqlstate) continue;
    if (login.message.find(known.message) == std::string::npos) continue;
    return known.hint;
  }
  return {};
}

}  // namespace

void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::runtime_error(to_text(failure));
}

Failure failure_of(const PGresult* result) {
  Failure failure;
  failure.sqlstate = field(result, PG_DIAG_SQLSTATE);
  failure.what = field(result, PG_DIAG_MESSAGE_PRIMARY);
  failure.hint = field(result, PG_DIAG_MESSAGE_HINT);
  const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  if (failure.what.empty()) failure.what = one_line(PQresultErrorMessage(result));
  if (!detail.empty()) failure.what += fmt::format(" ({})", one_line(detail));
  const auto severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  failure.lost = severity == "FATAL" || severity == "PANIC";
  return failure;
}

Failure lost_failure(PGconn* connection) {
  Failure failure;
  failure.what = one_line(PQerrorMessage(connection));
  if (failure.what.empty()) failure.what = "the connection to the server was lost";
  failure.lost = true;
  return failure;
}

Failure login_failure(PGconn* connection) {
  auto login = split_sqlstate(one_line(PQerrorMessage(connection)));
  Failure failure;
  failure.what = login.message.empty() ? "the login failed" : login.message;
  failure.hint = hint_for(login);
  failure.sqlstate = login.sqlstate;
  failure.lost = true;
  return failure;
}

Failure login_timeout(const std::string& address, std::chrono::milliseconds limit) {
  Failure failure;
  failure.what = fmt::format("no login at {} within {} ms", address, limit.count());
  failure.hint = "check host and port, and that no firewall drops the packets";
  failure.lost = true;
  return failure;
}

Failure closed_failure() {
  Failure failure;
  failure.what = "the connection is closed";
  failure.lost = true;
  return failure;
}

}  // namespace cutover::postgres
