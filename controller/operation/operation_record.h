// What people ticked and wrote down by hand, in SQLite under state_dir.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "common/base/result.h"

namespace cutover {

struct Tick {
  std::string at;  ///< UTC, ISO 8601
  std::string note;
};

class OperationRecord {
 public:
  /// Opens or makes STATE_DIR/runbook.sqlite.
  static Result<OperationRecord> open(const std::filesystem::path& state_dir);
  OperationRecord(OperationRecord&&) noexcept;
  OperationRecord& operator=(OperationRecord&&) noexcept;
  ~OperationRecord();

  Result<void> tick(const std::string& item, const std::string& note);
  Result<void> untick(const std::string& item);
  Result<void> set(const std::string& key, const std::string& value);
  Result<std::map<std::string, Tick>> ticks() const;
  Result<std::map<std::string, std::string>> values() const;

 private:
  struct Impl;
  explicit OperationRecord(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
