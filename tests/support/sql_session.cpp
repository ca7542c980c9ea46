#include "tests/support/sql_session.h"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <stdexcept>

namespace cutover::support {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

std::string without_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void read_rows(const PGresult* from, SqlResult& result) {
  const int columns = PQnfields(from);
  for (int column = 0; column < columns; ++column)
    result.columns.emplace_back(PQfname(from, column));
  for (int row = 0; row < PQntuples(from); ++row) {
    auto& values = result.rows.emplace_back();
    for (int column = 0; column < columns; ++column)
      values.emplace_back(PQgetvalue(from, row, column));
  }
}

std::string quoted_by(const std::string& text, char quote) {
  std::string quoted(1, quote);
  for (const char letter : text)
    quoted += letter == quote ? std::string(2, quote) : std::string(1, letter);
  return quoted + quote;
}

}  // namespace

struct SqlSession::Impl {
  explicit Impl(const std::string& conninfo) : connection(PQconnectdb(conninfo.c_str())) {
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
  }
  ~Impl() { PQfinish(connection); }
  PGconn* connection;
};

SqlSession::SqlSession(const std::string& conninfo) : impl_(std::make_unique<Impl>(conninfo)) {}
SqlSession::SqlSession(SqlSession&&) noexcept = default;
SqlSession& SqlSession::operator=(SqlSession&&) noexcept = default;
SqlSession::~SqlSession() = default;

bool SqlSession::is_open() const {
  return PQstatus(impl_->connection) == CONNECTION_OK;
}
std::string SqlSession::error() const {
  return without_newline(PQerrorMessage(impl_->connection));
}
int SqlSession::backend_pid() const {
  return PQbackendPID(impl_->connection);
}

void SqlSession::interrupt() {
  const int socket = PQsocket(impl_->connection);
  if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

SqlResult SqlSession::run(const std::string& sql) {
  const ResultHandle answer(PQexec(impl_->connection, sql.c_str()));
  const ExecStatusType status = PQresultStatus(answer.get());
  SqlResult result;
  result.ok =
      status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
  result.lost = !is_open();
  if (result.ok) {
    result.tag = PQcmdStatus(answer.get());
    read_rows(answer.get(), result);
    return result;
  }
  const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
  result.sqlstate = state == nullptr ? "" : state;
  result.error = answer ? without_newline(PQresultErrorMessage(answer.get())) : error();
  if (result.error.empty()) result.error = error();
  return result;
}

SqlResult SqlSession::must(const std::string& sql) {
  SqlResult result = run(sql);
  if (!result.ok) throw std::runtime_error(result.error + "\nin: " + sql.substr(0, 400));
  return result;
}

SqlResult run_sql(const std::string& conninfo, const std::string& sql) {
  SqlSession session(conninfo);
  if (!session.is_open()) throw std::runtime_error(session.error());
  return session.must(sql);
}

std::string sql_literal(const std::string& text) {
  return quoted_by(text, '\'');
}
std::string sql_identifier(const std::string& name) {
  return quoted_by(name, '"');
}

}  // namespace cutover::support
