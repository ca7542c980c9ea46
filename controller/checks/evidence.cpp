// The wording of findings; the order is failures, warnings, notes.
#include "controller/checks/evidence.h"

#include <algorithm>
#include <stdexcept>

namespace cutover {
namespace {

constexpr std::size_t most_names = 5;
constexpr auto unknown_label = "cannot be found out";
constexpr auto unknown_hint =
    "mend what the message names (a right that our user lacks, a server or bouncer that does not "
    "answer), then check again";

int severity(CheckOutcome outcome) {
  if (outcome == CheckOutcome::fail) return 2;
  if (outcome == CheckOutcome::warn) return 1;
  return 0;
}

std::string join_hints(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first + "; " + second;
}

}  // namespace

void Evidence::add(CheckOutcome outcome, const std::string& label, const std::string& object) {
  const auto same = [&](const Group& group) {
    return group.outcome == outcome && group.label == label;
  };
  auto group = std::find_if(groups_.begin(), groups_.end(), same);
  if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{outcome, label});
  if (object.empty() || !group->known.insert(object).second) return;
  group->objects.push_back(object);
}

void Evidence::fail(const std::string& label, const std::string& object) {
  add(CheckOutcome::fail, label, object);
}

void Evidence::warn(const std::string& label, const std::string& object) {
  add(CheckOutcome::warn, label, object);
}

void Evidence::note(const std::string& label, const std::string& object) {
  add(CheckOutcome::pass, label, object);
}

void Evidence::unknown(const Error& error) {
  fail(unknown_label, error.what);
  if (unknown_hint_.empty()) unknown_hint_ = error.hint;
}

CheckOutcome Evidence::worst() const {
  CheckOutcome worst = CheckOutcome::pass;
  for (const Group& group : groups_)
    if (severity(group.outcome) > severity(worst)) worst = group.outcome;
  return worst;
}

bool Evidence::is_clean() const {
  return worst() == CheckOutcome::pass;
}

std::string Evidence::detail(const std::string& none) const {
  std::vector<Group> groups = groups_;
  std::stable_sort(groups.begin(), groups.end(), [](const Group& left, const Group& right) {
    return severity(left.outcome) > severity(right.outcome);
  });
  std::string text = is_clean() ? none : std::string();
  for (const Group& group : groups) {
    if (!text.empty()) text += "; ";
    text += group.label;
    if (!group.label.empty() && !group.objects.empty()) text += ": ";
    text += name_some(group.objects);
  }
  return text;
}

Finding Evidence::finding(const std::string& none, const std::string& hint) const {
  Finding found{.outcome = worst(), .detail = detail(none)};
  if (found.outcome == CheckOutcome::pass) return found;
  const auto is_unknown = [](const Group& group) { return group.label == unknown_label; };
  const auto is_fine = [](const Group& group) { return group.outcome == CheckOutcome::pass; };
  const bool some_unknown = std::any_of(groups_.begin(), groups_.end(), is_unknown);
  const bool only_unknown = std::all_of(groups_.begin(), groups_.end(), [&](const Group& group) {
    return is_fine(group) || is_unknown(group);
  });
  const std::string of_unknown =
      some_unknown && unknown_hint_.empty() ? unknown_hint : unknown_hint_;
  found.hint = only_unknown ? of_unknown : join_hints(hint, of_unknown);
  return found;
}

std::string name_some(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = std::min(names.size(), most_names);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

std::string count_of(std::size_t count, std::string_view singular, std::string_view plural) {
  const std::string many = plural.empty() ? std::string(singular) + "s" : std::string(plural);
  return std::to_string(count) + " " + (count == 1 ? std::string(singular) : many);
}

CheckOutcome outcome_named(std::string_view name) {
  if (name == "pass") return CheckOutcome::pass;
  if (name == "warn") return CheckOutcome::warn;
  if (name == "fail") return CheckOutcome::fail;
  throw std::logic_error("no outcome of a check: " + std::string(name));
}

}  // namespace cutover
