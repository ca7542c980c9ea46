#include "controller/runbook/server_log.h"

#include <optional>
#include <sstream>

namespace cutover {
namespace {

constexpr const char* hint =
    "give the log of green from its first start after the clone, or --lsn by hand";

/// What stands behind `words`, up to the next character that no position has.
std::optional<std::string> text_after(const std::string& line, const std::string& words) {
  const auto found = line.find(words);
  if (found == std::string::npos) return std::nullopt;
  const auto begin = found + words.size();
  const auto end = line.find_first_not_of("0123456789abcdefABCDEF/", begin);
  return line.substr(begin, end == std::string::npos ? end : end - begin);
}

}  // namespace

Result<Lsn> end_of_recovery(const std::string& log) {
  std::istringstream lines(log);
  std::string line;
  std::optional<std::string> end;
  bool began = false;
  while (std::getline(lines, line)) {
    if (line.find("redo starts at ") != std::string::npos) began = true;
    if (auto position = text_after(line, "invalid record length at ")) end = std::move(position);
    if (line.find("redo done at ") == std::string::npos) continue;
    if (end) return parse_lsn(*end);
    return Error{
        "the log's recovery does not say where the WAL ended: no \"invalid record length "
        "at\" before \"redo done at\"",
        hint};
  }
  return Error{began ? "the log ends before recovery did: no \"redo done at\""
                     : "the log shows no recovery: no \"redo starts at\"",
               hint};
}

}  // namespace cutover
