#include "controller/commands/waived_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/toml/nearest.h"
#include "controller/checks/check.h"

namespace cutover {
namespace {

/// What may be waived and is near, or where to find what may.
std::string hint_for(const std::string& name) {
  std::set<std::string> known;
  for (const auto& check : check_catalogue())
    if (!check.guards_data) known.insert(check.name);
  const auto meant = nearest(name, known);
  return meant.empty() ? "the checks that may be waived are in checks.md"
                       : fmt::format("did you mean \"{}\"?", meant);
}

}  // namespace

Result<void> expect_waivable(const std::vector<std::string>& waived) {
  for (const auto& name : waived) {
    const auto& all = check_catalogue();
    const auto found = std::ranges::find(all, name, &Check::name);
    if (found == all.end())
      return Error{fmt::format("checks.waive names \"{}\", which is no check", name),
                   hint_for(name)};
    if (found->guards_data)
      return Error{fmt::format("checks.waive names \"{}\", which guards data", name),
                   "it cannot be waived: take it out, and mend what the check finds"};
  }
  return {};
}

}  // namespace cutover
