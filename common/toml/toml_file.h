// A TOML file read strictly: typed values with defaults, every problem recorded with its line, and
// in the end every key and table that nobody asked for. Both programs read their settings with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace cutover {

struct TomlNode;
struct TomlRecord;

struct NumberRange {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};

struct DurationRange {
  std::chrono::milliseconds least{0};
  std::chrono::milliseconds most = std::chrono::hours(24 * 365);
};

/// A table of the file, or one that is missing: then every value is its default. A wrong value is
/// recorded as a problem and its default returned, so that reading goes on. A copy is cheap; none
/// outlives its TomlFile.
class TomlTable {
 public:
  bool has(std::string_view key) const;  ///< asks for the key: it is known from then on
  bool is_present() const;

  std::string text(std::string_view key, std::string fallback = {}) const;
  /// Missing or empty is a problem.
  std::string required_text(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
  std::uint64_t number(std::string_view key, std::uint64_t fallback, NumberRange range = {}) const;
  std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                     DurationRange range = {}) const;
  std::uint64_t byte_size(std::string_view key, std::uint64_t fallback) const;
  std::string one_of(std::string_view key, const std::vector<std::string>& choices,
                     std::string fallback) const;
  std::vector<std::string> texts(std::string_view key) const;
  /// A string stands for a list of one; missing or empty is `fallback`.
  std::vector<std::string> text_or_texts(std::string_view key,
                                         std::vector<std::string> fallback) const;
  std::map<std::string, std::string> text_map(std::string_view key) const;
  std::map<std::string, std::uint64_t> number_map(std::string_view key) const;

  TomlTable table(std::string_view key) const;
  /// [[key]] or key = [ {…}, … ]; missing is empty.
  std::vector<TomlTable> tables(std::string_view key) const;

  /// With the tables before it: "limits.lease".
  std::string name_of(std::string_view key) const;

  /// Records a problem of this table's own header, or of one of its keys.
  void problem(std::string what, std::string hint) const;
  void problem_at(std::string_view key, std::string what, std::string hint) const;

 private:
  friend class TomlFile;
  explicit TomlTable(std::shared_ptr<const TomlNode> node);

  std::shared_ptr<const TomlNode> node_;
};

/// A key that was asked for, its name with the tables before it: "limits.lease", "database.name".
struct TomlKey {
  std::string name;
  std::string kind;  ///< "text", "duration", "list of texts" …

  auto operator<=>(const TomlKey&) const = default;
};

class TomlFile {
 public:
  /// `file` is what problems are prefixed with. Text that is no TOML is a problem, and root() then
  /// empty.
  TomlFile(const std::string& text, std::string file);
  TomlFile(const TomlFile&) = delete;
  TomlFile& operator=(const TomlFile&) = delete;
  ~TomlFile();

  TomlTable root() const;

  /// Call it after everything was read: each problem as "FILE:LINE: what" with its hint on the next
  /// line, in the order of the lines; nothing when there is none.
  std::optional<Error> problems() const;

  /// False: the text is no TOML, so what is missing says nothing.
  bool is_toml() const;

  std::vector<TomlKey> keys_asked() const;

 private:
  std::unique_ptr<TomlRecord> record_;
};

}  // namespace cutover
