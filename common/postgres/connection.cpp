#include "common/postgres/connection.h"

#include <libpq-fe.h>

#include <utility>

#include "common/postgres/call.h"
#include "common/postgres/failure.h"
#include "common/postgres/session.h"

namespace cutover::postgres {
namespace {

int send(PGconn* connection, const std::string& sql, const Parameters& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters)
    values.push_back(parameter ? parameter->c_str() : nullptr);
  return PQsendQueryParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0);
}

int send(PGconn* connection, const std::vector<Statement>& statements) {
  if (!PQenterPipelineMode(connection)) return 0;
  for (const auto& statement : statements)
    if (!send(connection, statement.sql, statement.parameters)) return 0;
  return PQpipelineSync(connection);
}

}  // namespace

Connection::Connection() noexcept = default;
Connection::Connection(std::unique_ptr<Session> session) noexcept : session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Task<Answer<Rows>> Connection::query(std::string sql) {
  return query(std::move(sql), Parameters());
}

Task<Answer<Rows>> Connection::query(std::string sql, Parameters parameters) {
  if (!is_open()) co_return closed_failure();
  Call call(*session_);
  const int sent = send(session_->connection(), sql, parameters);
  auto results = co_await call.results(sent);
  if (!results) co_return std::move(results).error();
  if (results->empty()) co_return Rows();
  co_return std::move(results->back());
}

Task<Answer<std::vector<Rows>>> Connection::script(std::string sql) {
  if (!is_open()) co_return closed_failure();
  Call call(*session_);
  const int sent = PQsendQuery(session_->connection(), sql.c_str());
  auto results = co_await call.results(sent);
  co_return std::move(results);
}

Task<Answer<std::vector<Rows>>> Connection::pipeline(std::vector<Statement> statements) {
  if (!is_open()) co_return closed_failure();
  if (statements.empty()) co_return std::vector<Rows>();
  Call call(*session_);
  const int sent = send(session_->connection(), statements);
  auto results = co_await call.pipeline_results(sent);
  co_return std::move(results);
}

bool Connection::is_open() const {
  return session_ && session_->is_open();
}

int Connection::backend_pid() const {
  return is_open() ? PQbackendPID(session_->connection()) : 0;
}

int Connection::server_version() const {
  return is_open() ? PQserverVersion(session_->connection()) : 0;
}

std::string Connection::parameter(const char* name) const {
  const char* value = is_open() ? PQparameterStatus(session_->connection(), name) : nullptr;
  return value ? value : "";
}

void Connection::close() {
  if (session_) session_->close();
}

}  // namespace cutover::postgres
