// A blocking libpq session for tests: one call per statement, errors as values or, in the short
// forms, thrown.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace cutover::support {

struct SqlResult {
  bool ok = false;
  std::string error = {};     ///< the server's or libpq's message, without the final newline
  std::string sqlstate = {};  ///< empty when no server answered
  std::string tag = {};       ///< "INSERT 0 1", "COMMIT"
  bool lost = false;          ///< the connection is gone: what was sent may have taken effect
  std::vector<std::vector<std::string>> rows = {};  ///< of the last statement; NULL is ""
  std::vector<std::string> columns = {};

  /// The first value; "" when there is none.
  std::string value() const { return rows.empty() || rows[0].empty() ? "" : rows[0][0]; }
};

class SqlSession {
 public:
  /// Never throws: see is_open() and error().
  explicit SqlSession(const std::string& conninfo);
  SqlSession(SqlSession&&) noexcept;
  SqlSession& operator=(SqlSession&&) noexcept;
  ~SqlSession();

  bool is_open() const;
  std::string error() const;
  int backend_pid() const;

  /// From another thread: ends a call that waits for the server, as if the network had failed.
  void interrupt();

  /// One or more statements by the simple protocol; the result of the last, or the first error.
  SqlResult run(const std::string& sql);
  /// As run(), but throws std::runtime_error when it fails.
  SqlResult must(const std::string& sql);
  /// The first value of must().
  std::string value(const std::string& sql) { return must(sql).value(); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A session for one script; throws when it cannot connect or a statement fails.
SqlResult run_sql(const std::string& conninfo, const std::string& sql);

/// 'it''s' and "it""s".
std::string sql_literal(const std::string& text);
std::string sql_identifier(const std::string& name);

}  // namespace cutover::support
