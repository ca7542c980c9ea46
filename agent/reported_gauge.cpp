// See reported_gauge.h.
#include "agent/reported_gauge.h"

#include <regex>

namespace cutover::agent {

std::optional<ReportedGauge> parse_reported_gauge(const std::string& text) {
  static const std::regex whole(R"((cutover_[a-z0-9_]{1,80})(\{(.*)\})?)");
  static const std::regex label(R"re(([a-z_][a-z0-9_]{0,40})="([^"\\\n]{0,200})"(,|$))re");
  std::smatch parts;
  if (text.size() > 1000 || !std::regex_match(text, parts, whole)) return std::nullopt;
  ReportedGauge gauge{parts[1], {}};
  std::string rest = parts[3];
  std::smatch one;
  while (!rest.empty()) {
    if (!std::regex_search(rest, one, label, std::regex_constants::match_continuous))
      return std::nullopt;
    if (one[1].str().starts_with("__")) return std::nullopt;
    gauge.labels[one[1]] = one[2];
    rest = one.suffix();
  }
  return gauge;
}

}  // namespace cutover::agent
