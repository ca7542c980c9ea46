#include "controller/verify/verify_record.h"

#include <boost/json.hpp>

#include "common/base/utc_time.h"
#include "controller/journal/sqlite.h"

namespace cutover {
namespace {

namespace json = boost::json;
using sqlite::Value;

constexpr const char* settings[] = {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"};

/// Of the tables below. What an older program began in others is begun anew.
constexpr std::uint64_t shape = 2;

constexpr const char* schema[] = {
    "DROP TABLE IF EXISTS comparison",
    "DROP TABLE IF EXISTS progress",
    "DROP TABLE IF EXISTS difference",
    "CREATE TABLE comparison ("
    " database text PRIMARY KEY, began_at text NOT NULL, ended_at text, pair text NOT NULL)",
    "CREATE TABLE progress ("
    " database text NOT NULL, name text NOT NULL, signature text NOT NULL, heap integer NOT NULL,"
    " page integer NOT NULL, recent_done integer NOT NULL, bound text, done integer NOT NULL,"
    " rows integer NOT NULL, chunks integer NOT NULL, looked_again integer NOT NULL,"
    " unsettled integer NOT NULL, PRIMARY KEY (database, name))",
    "CREATE TABLE difference ("
    " database text NOT NULL, name text NOT NULL, key text NOT NULL, kind integer NOT NULL,"
    " PRIMARY KEY (database, name, key))",
    "PRAGMA user_version = 2",
};

std::string json_of(const RowKey& key) {
  return json::serialize(json::value_from(key));
}

RowKey key_of(const std::string& text) {
  return json::value_to<RowKey>(json::parse(text));
}

Value integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::uint64_t number(const Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found ? static_cast<std::uint64_t>(*found) : 0;
}

Result<void> make_tables(const sqlite::Database& database) {
  const auto known = database.run("PRAGMA user_version");
  if (!known) return known.error();
  if (number(known->front()[0]) == shape) return {};
  for (const char* sql : schema) {
    const auto made = database.execute(sql);
    if (!made) return made.error();
  }
  return {};
}

}  // namespace

struct VerifyRecord::Impl {
  sqlite::Database database;
};

VerifyRecord::VerifyRecord(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VerifyRecord::VerifyRecord(VerifyRecord&&) noexcept = default;
VerifyRecord& VerifyRecord::operator=(VerifyRecord&&) noexcept = default;
VerifyRecord::~VerifyRecord() = default;

Result<VerifyRecord> VerifyRecord::open(const std::filesystem::path& state_dir) {
  auto database = sqlite::Database::open_in(state_dir, "verify.sqlite", settings);
  if (!database) return database.error();
  const auto made = make_tables(*database);
  if (!made) return made.error();
  return VerifyRecord(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<std::optional<UnfinishedComparison>> VerifyRecord::unfinished(
    const std::string& database) const {
  const auto rows = impl_->database.run(
      "SELECT began_at, pair FROM comparison WHERE database = ?1 AND ended_at IS NULL", {database});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<UnfinishedComparison>();
  const auto& row = rows->front();
  return std::optional(UnfinishedComparison{sqlite::text_of(row[0]), sqlite::text_of(row[1])});
}

Result<void> VerifyRecord::begin(const std::string& database, const std::string& pair) {
  for (const char* sql :
       {"DELETE FROM progress WHERE database = ?1", "DELETE FROM difference WHERE database = ?1"}) {
    const auto forgotten = impl_->database.execute(sql, {database});
    if (!forgotten) return forgotten.error();
  }
  return impl_->database.execute(
      "INSERT OR REPLACE INTO comparison (database, began_at, pair) VALUES (?1, ?2, ?3)",
      {database, utc_text_now(), pair});
}

Result<void> VerifyRecord::end(const std::string& database) {
  return impl_->database.execute("UPDATE comparison SET ended_at = ?2 WHERE database = ?1",
                                 {database, utc_text_now()});
}

Result<std::map<std::string, TableProgress>> VerifyRecord::progress(
    const std::string& database) const {
  const auto rows = impl_->database.run(
      "SELECT name, signature, heap, page, recent_done, bound, done, rows, chunks, looked_again, "
      "unsettled FROM progress WHERE database = ?1",
      {database});
  if (!rows) return rows.error();
  std::map<std::string, TableProgress> all;
  for (const auto& row : *rows) {
    auto& one = all[sqlite::text_of(row[0])];
    one.signature = sqlite::text_of(row[1]);
    one.heap = number(row[2]);
    one.page = number(row[3]);
    one.recent_done = number(row[4]) != 0;
    if (!sqlite::text_of(row[5]).empty()) one.to = key_of(sqlite::text_of(row[5]));
    one.done = number(row[6]) != 0;
    one.rows = number(row[7]);
    one.chunks = number(row[8]);
    one.looked_again = number(row[9]);
    one.unsettled = number(row[10]);
  }
  return all;
}

Result<void> VerifyRecord::save(const std::string& database, const std::string& table,
                                const TableProgress& progress) {
  return impl_->database.execute(
      "INSERT OR REPLACE INTO progress (database, name, signature, heap, page, recent_done, bound, "
      "done, rows, chunks, looked_again, unsettled) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      {database, table, progress.signature, integer(progress.heap), integer(progress.page),
       integer(progress.recent_done ? 1 : 0), progress.to ? Value(json_of(*progress.to)) : Value(),
       integer(progress.done ? 1 : 0), integer(progress.rows), integer(progress.chunks),
       integer(progress.looked_again), integer(progress.unsettled)});
}

Result<Differences> VerifyRecord::differences(const std::string& database,
                                              const std::string& table) const {
  const auto rows = impl_->database.run(
      "SELECT key, kind FROM difference WHERE database = ?1 AND name = ?2", {database, table});
  if (!rows) return rows.error();
  Differences found;
  for (const auto& row : *rows)
    found[key_of(sqlite::text_of(row[0]))] = static_cast<DifferenceKind>(number(row[1]));
  return found;
}

Result<void> VerifyRecord::save_difference(const std::string& database, const std::string& table,
                                           const RowKey& key, DifferenceKind kind) {
  return impl_->database.execute(
      "INSERT OR REPLACE INTO difference (database, name, key, kind) VALUES (?1, ?2, ?3, ?4)",
      {database, table, json_of(key), integer(static_cast<std::uint64_t>(kind))});
}

Result<void> VerifyRecord::forget_difference(const std::string& database, const std::string& table,
                                             const RowKey& key) {
  return impl_->database.execute(
      "DELETE FROM difference WHERE database = ?1 AND name = ?2 AND key = ?3",
      {database, table, json_of(key)});
}

Result<void> VerifyRecord::forget(const std::string& database, const std::string& table) {
  for (const char* sql : {"DELETE FROM progress WHERE database = ?1 AND name = ?2",
                          "DELETE FROM difference WHERE database = ?1 AND name = ?2"}) {
    const auto forgotten = impl_->database.execute(sql, {database, table});
    if (!forgotten) return forgotten.error();
  }
  return {};
}

}  // namespace cutover
