// How far a comparison has come, in SQLite under state_dir, so that it can be gone on with. Holds
// keys of rows that differ, never their data.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "common/base/result.h"
#include "controller/verify/compared_table.h"
#include "controller/verify/trial.h"

namespace cutover {

struct TableProgress {
  std::string signature;
  std::size_t heap = 0;  ///< first pass: rows written since the publication was made
  std::uint64_t page = 0;
  bool recent_done = false;
  std::optional<RowKey> to;  ///< second pass: everything from this key on is compared
  bool done = false;
  std::uint64_t rows = 0;
  std::uint64_t chunks = 0;
  std::uint64_t looked_again = 0;  ///< rows
  std::uint64_t unsettled = 0;     ///< rows that changed too often to be compared
};

/// A comparison that did not end.
struct UnfinishedComparison {
  std::string began_at;
  std::string pair;  ///< what was compared: see compared_pair.h
};

using Differences = std::map<RowKey, DifferenceKind>;

class VerifyRecord {
 public:
  /// Opens or makes STATE_DIR/verify.sqlite.
  static Result<VerifyRecord> open(const std::filesystem::path& state_dir);
  VerifyRecord(VerifyRecord&&) noexcept;
  VerifyRecord& operator=(VerifyRecord&&) noexcept;
  ~VerifyRecord();

  /// Of this database; nothing when there is none.
  Result<std::optional<UnfinishedComparison>> unfinished(const std::string& database) const;
  /// Forgets what is known of this database and begins anew.
  Result<void> begin(const std::string& database, const std::string& pair);
  /// It is over: the next one begins anew.
  Result<void> end(const std::string& database);

  Result<std::map<std::string, TableProgress>> progress(const std::string& database) const;
  Result<void> save(const std::string& database, const std::string& table,
                    const TableProgress& progress);
  Result<Differences> differences(const std::string& database, const std::string& table) const;
  Result<void> save_difference(const std::string& database, const std::string& table,
                               const RowKey& key, DifferenceKind kind);
  Result<void> forget_difference(const std::string& database, const std::string& table,
                                 const RowKey& key);
  /// What is known of one table is no longer true.
  Result<void> forget(const std::string& database, const std::string& table);

 private:
  struct Impl;
  explicit VerifyRecord(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
