#include "controller/operation/operation_record.h"

#include <fmt/format.h>

#include "controller/journal/sqlite.h"

namespace cutover {
namespace {

constexpr const char* schema[] = {
    "CREATE TABLE IF NOT EXISTS tick (item text PRIMARY KEY, at text NOT NULL, note text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS noted (key text PRIMARY KEY, value text NOT NULL)",
};

Result<void> without_rows(const Result<std::vector<sqlite::Row>>& result) {
  if (!result) return result.error();
  return {};
}

}  // namespace

struct OperationRecord::Impl {
  sqlite::Database database;
};

OperationRecord::OperationRecord(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OperationRecord::OperationRecord(OperationRecord&&) noexcept = default;
OperationRecord& OperationRecord::operator=(OperationRecord&&) noexcept = default;
OperationRecord::~OperationRecord() = default;

Result<OperationRecord> OperationRecord::open(const std::filesystem::path& state_dir) {
  std::error_code failed;
  if (std::filesystem::create_directories(state_dir, failed))
    std::filesystem::permissions(state_dir, std::filesystem::perms::owner_all, failed);
  if (failed)
    return Error{fmt::format("cannot make {}: {}", state_dir.string(), failed.message()),
                 "set run.state_dir to a directory that you may write"};
  auto database = sqlite::Database::open(state_dir / "runbook.sqlite");
  if (!database) return database.error();
  for (const char* sql : schema) {
    const auto made = database->run(sql);
    if (!made) return made.error();
  }
  return OperationRecord(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<void> OperationRecord::tick(const std::string& item, const std::string& note) {
  return without_rows(
      impl_->database.run("INSERT OR REPLACE INTO tick (item, at, note) "
                          "VALUES (?1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?2)",
                          {item, note}));
}

Result<void> OperationRecord::untick(const std::string& item) {
  return without_rows(impl_->database.run("DELETE FROM tick WHERE item = ?1", {item}));
}

Result<void> OperationRecord::set(const std::string& key, const std::string& value) {
  return without_rows(impl_->database.run(
      "INSERT OR REPLACE INTO noted (key, value) VALUES (?1, ?2)", {key, value}));
}

Result<std::map<std::string, Tick>> OperationRecord::ticks() const {
  const auto rows = impl_->database.run("SELECT item, at, note FROM tick");
  if (!rows) return rows.error();
  std::map<std::string, Tick> found;
  for (const auto& row : *rows)
    found[sqlite::text_of(row[0])] = {sqlite::text_of(row[1]), sqlite::text_of(row[2])};
  return found;
}

Result<std::map<std::string, std::string>> OperationRecord::values() const {
  const auto rows = impl_->database.run("SELECT key, value FROM noted");
  if (!rows) return rows.error();
  std::map<std::string, std::string> found;
  for (const auto& row : *rows) found[sqlite::text_of(row[0])] = sqlite::text_of(row[1]);
  return found;
}

}  // namespace cutover
