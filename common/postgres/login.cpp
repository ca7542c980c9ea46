// Connection::connect: libpq's asynchronous login, then the session's settings.
#include <libpq-fe.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "common/async/within.h"
#include "common/postgres/call.h"
#include "common/postgres/connection.h"
#include "common/postgres/conninfo.h"
#include "common/postgres/failure.h"
#include "common/postgres/session.h"

namespace cutover::postgres {
namespace {

using LoggedIn = Answer<std::unique_ptr<Session>>;

/// With tcp_user_timeout the kernel gives an idle peer up at the first probe after that time; libpq
/// counts in seconds.
void add_peer_timeout(Settings& settings, std::chrono::milliseconds limit) {
  if (limit.count() <= 0) return;
  const auto seconds = std::max<std::int64_t>(1, limit.count() / 1000);
  const auto idle = std::max<std::int64_t>(1, seconds / 3);
  settings.emplace_back("keepalives", "1");
  settings.emplace_back("keepalives_idle", std::to_string(idle));
  settings.emplace_back("keepalives_interval", "1");
  settings.emplace_back("keepalives_count",
                        std::to_string(std::max<std::int64_t>(1, seconds - idle)));
  settings.emplace_back("tcp_user_timeout", std::to_string(limit.count()));
}

/// A later keyword beats an earlier one, and "dbname" stands for the whole conninfo. By their name
/// our sessions are told from others', also when one has to be ended: the conninfo cannot change
/// it. A side that is read-only by default (a fence) has to be reached too: "read-write" would ask
/// for that setting, "primary" asks whether the server is in recovery.
Settings login_parameters(const std::string& conninfo, const ConnectOptions& options) {
  Settings settings;
  settings.emplace_back("dbname", conninfo);
  settings.emplace_back("application_name", options.application_name);
  settings.emplace_back("client_encoding", "UTF8");
  if (asks_for_read_write(conninfo)) settings.emplace_back("target_session_attrs", "primary");
  add_peer_timeout(settings, options.peer_timeout);
  return settings;
}

void ignore_notice(void*, const char*) {}

std::unique_ptr<Session> start(const Settings& settings) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  auto session = std::make_unique<Session>(PQconnectStartParams(keywords.data(), values.data(), 1));
  if (session->is_closed()) throw std::bad_alloc();
  PQsetNoticeProcessor(session->connection(), ignore_notice, nullptr);
  PQsetErrorVerbosity(session->connection(), PQERRORS_VERBOSE);
  return session;
}

bool is_setting_name(const std::string& name) {
  constexpr auto allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  return !name.empty() && name.find_first_not_of(allowed) == std::string::npos;
}

std::string settings_script(const Settings& settings) {
  std::string script;
  for (const auto& [name, value] : settings) {
    if (!is_setting_name(name)) throw std::logic_error("not the name of a setting: " + name);
    script += "SET " + name + " = " + quote_literal(value) + ";";
  }
  return script;
}

Task<std::optional<Failure>> apply_settings(Session& session, Settings settings) {
  if (settings.empty()) co_return std::nullopt;
  const auto script = settings_script(settings);
  Call call(session);
  const int sent = PQsendQuery(session.connection(), script.c_str());
  auto results = co_await call.results(sent);
  if (!results) co_return std::move(results).error();
  co_return std::nullopt;
}

Task<std::optional<Failure>> complete_login(Session& session) {
  auto polling = PGRES_POLLING_WRITING;
  while (PQstatus(session.connection()) != CONNECTION_BAD) {
    if (polling == PGRES_POLLING_OK) co_return std::nullopt;
    if (polling == PGRES_POLLING_FAILED) break;
    const auto awaited = polling == PGRES_POLLING_READING ? Readiness::read : Readiness::write;
    co_await session.wait(awaited);
    polling = PQconnectPoll(session.connection());
  }
  co_return login_failure(session.connection());
}

Task<LoggedIn> log_in(std::string conninfo, ConnectOptions options) {
  const auto readable = given_parameters(conninfo);
  if (!readable) co_return Failure{readable.error(), {}, true};
  auto session = start(login_parameters(conninfo, options));
  auto failure = co_await complete_login(*session);
  if (failure) co_return std::move(*failure);
  PQsetnonblocking(session->connection(), 1);
  failure = co_await apply_settings(*session, options.settings);
  if (failure) failure->lost = true;
  if (failure) co_return std::move(*failure);
  co_return std::move(session);
}

}  // namespace

Task<Answer<Connection>> Connection::connect(std::string conninfo) {
  return connect(std::move(conninfo), ConnectOptions());
}

Task<Answer<Connection>> Connection::connect(std::string conninfo, ConnectOptions options) {
  const auto limit = options.timeout;
  auto attempt = log_in(conninfo, std::move(options));
  auto answer = co_await within(limit, std::move(attempt));
  if (!answer) co_return login_timeout(address_of(conninfo), limit);
  if (!*answer) co_return std::move(*answer).error();
  co_return Connection(std::move(**answer));
}

}  // namespace cutover::postgres
