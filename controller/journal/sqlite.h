// The little of SQLite that the journal needs, with values bound by position and errors as values.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"

namespace cutover::sqlite {

using Value = std::variant<std::monostate, std::string, double, std::int64_t>;
using Row = std::vector<Value>;

class Database {
 public:
  /// STATE_DIR/NAME, after the statements of `schema`; the directory is made when missing (0700).
  /// Where a group may write in the directory, it may write in the database too.
  static Result<Database> open_in(const std::filesystem::path& state_dir, const std::string& name,
                                  std::span<const char* const> schema);

  /// One statement; the rows it returns.
  Result<std::vector<Row>> run(const std::string& sql, const std::vector<Value>& values = {}) const;
  /// One statement whose rows nobody wants.
  Result<void> execute(const std::string& sql, const std::vector<Value>& values = {}) const;

  /// An error where a later statement could not write; changes nothing.
  static Result<void> expect_writable(const std::filesystem::path& path);

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  static Result<Database> open(const std::filesystem::path& path);
  explicit Database(sqlite3* handle, std::filesystem::path path)
      : handle_(handle), path_(std::move(path)) {}
  Error error() const;

  std::unique_ptr<sqlite3, Close> handle_;
  std::filesystem::path path_;
};

/// What to do about an error of SQLite, by its code.
std::string hint_of(int code);

std::string text_of(const Value& value);
std::optional<double> number_of(const Value& value);

}  // namespace cutover::sqlite
