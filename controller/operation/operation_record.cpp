#include "controller/operation/operation_record.h"

#include "controller/journal/sqlite.h"

namespace cutover {
namespace {

constexpr const char* schema[] = {
    "CREATE TABLE IF NOT EXISTS tick (item text PRIMARY KEY, at text NOT NULL, note text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS noted (key text PRIMARY KEY, value text NOT NULL)",
};

}  // namespace

struct OperationRecord::Impl {
  sqlite::Database database;
};

OperationRecord::OperationRecord(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OperationRecord::OperationRecord(OperationRecord&&) noexcept = default;
OperationRecord& OperationRecord::operator=(OperationRecord&&) noexcept = default;
OperationRecord::~OperationRecord() = default;

Result<OperationRecord> OperationRecord::open(const std::filesystem::path& state_dir) {
  auto database = sqlite::Database::open_in(state_dir, "runbook.sqlite", schema);
  if (!database) return database.error();
  return OperationRecord(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<void> OperationRecord::tick(const std::string& item, const std::string& note) {
  return impl_->database.execute(
      "INSERT OR REPLACE INTO tick (item, at, note) "
      "VALUES (?1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?2)",
      {item, note});
}

Result<void> OperationRecord::untick(const std::string& item) {
  return impl_->database.execute("DELETE FROM tick WHERE item = ?1", {item});
}

Result<void> OperationRecord::set(const std::string& key, const std::string& value) {
  return impl_->database.execute("INSERT OR REPLACE INTO noted (key, value) VALUES (?1, ?2)",
                                 {key, value});
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
