#include "controller/journal/journal.h"

#include <algorithm>
#include <array>

#include "common/base/utc_time.h"
#include "controller/journal/sqlite.h"

namespace cutover {
namespace {

using sqlite::Value;

// WAL without a sync at each commit: a row survives the death of the process, which is what it is
// for, and costs the pause microseconds. It may not survive the death of the machine; nothing rests
// on it.
constexpr const char* schema[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS run ("
    " run_id text PRIMARY KEY, command text NOT NULL, began_at text NOT NULL, ended_at text,"
    " outcome text, attempts integer NOT NULL DEFAULT 0, pause_seconds real)",
    "CREATE TABLE IF NOT EXISTS entry ("
    " id integer PRIMARY KEY, run_id text NOT NULL, at text NOT NULL, kind text NOT NULL, step "
    "text NOT NULL,"
    " outcome text NOT NULL, detail text NOT NULL, seconds real)",
};

Value optional_real(std::optional<double> real) {
  return real ? Value(*real) : Value();
}

std::optional<std::string> optional_text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? std::optional(*text) : std::nullopt;
}

}  // namespace

bool moves_clients(const JournalRun& run) {
  constexpr std::array commands = {"cutover", "rollback", "rehearse", "recover"};
  return std::find(commands.begin(), commands.end(), run.command) != commands.end();
}

struct Journal::Impl {
  sqlite::Database database;
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::open(const std::filesystem::path& state_dir) {
  auto database = sqlite::Database::open_in(state_dir, "journal.sqlite", schema);
  if (!database) return database.error();
  return Journal(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<void> Journal::begin_run(const std::string& run_id, const std::string& command) {
  return impl_->database.execute("INSERT INTO run (run_id, command, began_at) VALUES (?1, ?2, ?3)",
                                 {run_id, command, utc_text_now()});
}

Result<void> Journal::end_run(const std::string& run_id, const std::string& outcome,
                              std::uint32_t attempts, std::optional<double> pause_seconds) {
  return impl_->database.execute(
      "UPDATE run SET ended_at = ?2, outcome = ?3, attempts = ?4, pause_seconds = ?5 WHERE run_id "
      "= ?1",
      {run_id, utc_text_now(), outcome, std::int64_t{attempts}, optional_real(pause_seconds)});
}

Result<void> Journal::append(const std::string& run_id, const JournalEntry& entry) {
  return impl_->database.execute(
      "INSERT INTO entry (run_id, at, kind, step, outcome, detail, seconds) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      {run_id, utc_text_now(), entry.kind, entry.step, entry.outcome, entry.detail,
       optional_real(entry.seconds)});
}

Result<std::vector<JournalRun>> Journal::runs() const {
  const auto rows = impl_->database.run(
      "SELECT run_id, command, began_at, ended_at, outcome, attempts, pause_seconds"
      " FROM run ORDER BY began_at DESC, rowid DESC");
  if (!rows) return rows.error();
  std::vector<JournalRun> runs;
  for (const auto& row : *rows) {
    runs.push_back({sqlite::text_of(row[0]), sqlite::text_of(row[1]), sqlite::text_of(row[2]),
                    optional_text(row[3]), optional_text(row[4]),
                    static_cast<std::uint32_t>(sqlite::number_of(row[5]).value_or(0)),
                    sqlite::number_of(row[6])});
  }
  return runs;
}

Result<std::vector<JournalEntry>> Journal::entries(const std::string& run_id) const {
  const auto rows = impl_->database.run(
      "SELECT at, kind, step, outcome, detail, seconds FROM entry WHERE run_id = ?1 ORDER BY id",
      {run_id});
  if (!rows) return rows.error();
  std::vector<JournalEntry> entries;
  for (const auto& row : *rows) {
    entries.push_back({sqlite::text_of(row[0]), sqlite::text_of(row[1]), sqlite::text_of(row[2]),
                       sqlite::text_of(row[3]), sqlite::text_of(row[4]),
                       sqlite::number_of(row[5])});
  }
  return entries;
}

}  // namespace cutover
