// [checks]: what is waived, and what the operator wants compared.
#include <fmt/format.h>

#include "controller/config/sections.h"

namespace cutover {
namespace {

std::chrono::seconds read_seconds(const TomlTable& table, const char* key) {
  const auto duration = table.duration(key, std::chrono::milliseconds(0));
  return std::chrono::duration_cast<std::chrono::seconds>(duration);
}

void check_window(const TomlTable& table, const SameRows& rows) {
  if (rows.time_column.empty()) {
    for (const auto* key : {"since", "until"})
      if (table.has(key))
        table.problem_at(key, fmt::format("checks.same_rows.{} needs time_column", key),
                         "name the column that the time is compared with");
    return;
  }
  if (!table.has("since"))
    table.problem("checks.same_rows.since is missing",
                  "say how far back rows are compared, like since = \"24h\"");
  else if (rows.since <= rows.until)
    table.problem_at("since", "checks.same_rows.since must be longer ago than until",
                     "both count back from now: since = \"24h\", until = \"5min\"");
}

SameRows read_same_rows(const TomlTable& table) {
  SameRows rows;
  rows.table = table.required_text("table");
  rows.key = table.required_text("key");
  rows.columns = table.texts("columns");
  rows.time_column = table.text("time_column");
  rows.since = read_seconds(table, "since");
  rows.until = read_seconds(table, "until");
  check_window(table, rows);
  return rows;
}

}  // namespace

CheckOptions read_checks(const TomlTable& root) {
  const auto table = root.table("checks");
  CheckOptions checks;
  checks.waive = table.texts("waive");
  checks.minimum_rows = table.number_map("minimum_rows");
  for (const auto& one : table.tables("same_rows")) checks.same_rows.push_back(read_same_rows(one));
  return checks;
}

}  // namespace cutover
