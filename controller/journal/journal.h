// The journal: everything a run does, in SQLite under state_dir, each step written before it is
// taken. Recovery does not need it; people, `runbook` and `report` do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/cutover/events.h"

namespace cutover {

struct JournalRun {
  std::string run_id;
  std::string command;
  std::string began_at;  ///< UTC, ISO 8601 with milliseconds
  std::optional<std::string> ended_at;
  /// As in --json; none while it runs, or when its process died.
  std::optional<std::string> outcome;
  std::uint32_t attempts = 0;
  std::optional<double> pause_seconds;
};

/// It touched what clients see; other commands are journaled for the runbook alone.
bool moves_clients(const JournalRun& run);

struct JournalEntry {
  std::string at;
  std::string kind;  ///< "step began", "step ended", "undo began", "undo ended", "attempt" …
  std::string step;
  std::string outcome;
  std::string detail;
  std::optional<double> seconds;
};

class Journal {
 public:
  /// Opens or makes STATE_DIR/journal.sqlite; the directory is made when missing (mode 0700).
  static Result<Journal> open(const std::filesystem::path& state_dir);

  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  Result<void> begin_run(const std::string& run_id, const std::string& command);
  Result<void> end_run(const std::string& run_id, const std::string& outcome,
                       std::uint32_t attempts, std::optional<double> pause_seconds);
  Result<void> append(const std::string& run_id, const JournalEntry& entry);

  /// Newest first.
  Result<std::vector<JournalRun>> runs() const;
  Result<std::vector<JournalEntry>> entries(const std::string& run_id) const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Writes the executor's events. A journal that cannot be written does not stop a run: it is
/// logged, once.
class JournalListener : public Listener {
 public:
  JournalListener(Journal& journal, std::string run_id);
  void on(const Event& event, const RunState& state) override;

 private:
  void append(JournalEntry entry);

  Journal& journal_;
  std::string run_id_;
  bool has_failed_ = false;
};

}  // namespace cutover
