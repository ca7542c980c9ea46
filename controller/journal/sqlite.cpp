#include "controller/journal/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cutover::sqlite {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

void bind(sqlite3_stmt* statement, int position, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, position, text->data(), static_cast<int>(text->size()),
                      SQLITE_TRANSIENT);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, position, *real);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, position, *integer);
  } else {
    sqlite3_bind_null(statement, position);
  }
}

Value column(sqlite3_stmt* statement, int position) {
  switch (sqlite3_column_type(statement, position)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, position);
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, position)};
    default:
      break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, position));
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, position)));
}

Row row_of(sqlite3_stmt* statement) {
  Row row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(column(statement, i));
  return row;
}

/// SQLite would make it for its owner alone, and gives its -wal and -shm the mode it has.
void make_for_the_group(const std::filesystem::path& path) {
  struct stat directory {};
  const bool shared =
      ::stat(path.parent_path().c_str(), &directory) == 0 && (directory.st_mode & S_IWGRP) != 0;
  if (!shared) return;
  constexpr mode_t mode = 0660;
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (made < 0) return;  // it is there, or opening it says why not
  static_cast<void>(::fchmod(made, mode));
  ::close(made);
}

}  // namespace

std::string hint_of(int code) {
  switch (code) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "move it away: a new one is made, and no run rests on it";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "another user made it: `chmod g+w` as that user, or move it away, no run rests on it";
    case SQLITE_BUSY:
      return "another cutover writes there; try again";
    default:
      return "is the disk full?";
  }
}

Result<Database> Database::open(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(handle, path);
  if (code != SQLITE_OK) return database.error();
  sqlite3_busy_timeout(handle, 1000);
  return database;
}

Result<Database> Database::open_in(const std::filesystem::path& state_dir, const std::string& name,
                                   std::span<const char* const> schema) {
  std::error_code failed;
  if (std::filesystem::create_directories(state_dir, failed))
    std::filesystem::permissions(state_dir, std::filesystem::perms::owner_all, failed);
  if (failed)
    return Error{fmt::format("cannot make {}: {}", state_dir.string(), failed.message()),
                 "set run.state_dir to a directory that you may write"};
  make_for_the_group(state_dir / name);
  auto database = open(state_dir / name);
  if (!database) return database.error();
  for (const char* sql : schema) {
    const auto made = database->execute(sql);
    if (!made) return made.error();
  }
  return database;
}

Error Database::error() const {
  if (!handle_) return Error{path_.string() + ": out of memory"};
  return Error{path_.string() + ": " + sqlite3_errmsg(handle_.get()),
               hint_of(sqlite3_errcode(handle_.get()))};
}

Result<void> Database::expect_writable(const std::filesystem::path& path) {
  const auto database = open(path);
  if (!database) return database.error();
  const auto sound = database->run("PRAGMA quick_check(1)");
  if (!sound) return sound.error();
  if (const auto found = text_of(sound->front()[0]); found != "ok")
    return Error{path.string() + ": " + found, hint_of(SQLITE_CORRUPT)};
  const auto begun = database->execute("BEGIN IMMEDIATE");
  // One who writes at this moment does not keep others from it.
  if (!begun && sqlite3_errcode(database->handle_.get()) == SQLITE_BUSY) return {};
  if (!begun) return begun.error();
  // A database that may only be read lets a transaction begin.
  const auto written = database->execute("CREATE TABLE trial (a integer)");
  if (!written) return written.error();
  return database->execute("ROLLBACK");
}

Result<std::vector<Row>> Database::run(const std::string& sql,
                                       const std::vector<Value>& values) const {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
    return error();
  const Statement statement(raw);
  for (std::size_t i = 0; i < values.size(); ++i) bind(raw, static_cast<int>(i) + 1, values[i]);
  std::vector<Row> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) rows.push_back(row_of(raw));
  if (code != SQLITE_DONE) return error();
  return rows;
}

Result<void> Database::execute(const std::string& sql, const std::vector<Value>& values) const {
  const auto rows = run(sql, values);
  if (!rows) return rows.error();
  return {};
}

std::string text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : std::string();
}

std::optional<double> number_of(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

}  // namespace cutover::sqlite
