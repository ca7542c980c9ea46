// What a check has seen so far, and the finding it amounts to: the worst outcome, objects named
// under labels, long lists cut.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "controller/checks/check.h"

namespace cutover {

class Evidence {
 public:
  /// `object` under `label`: "without replica identity: public.a, public.b". With an empty label
  /// the object stands for itself. The same object under the same label counts once.
  void add(CheckOutcome outcome, const std::string& label, const std::string& object);
  void fail(const std::string& label, const std::string& object = {});
  void warn(const std::string& label, const std::string& object = {});
  /// Shown also when the check passes.
  void note(const std::string& label, const std::string& object = {});
  /// What cannot be found out fails, in the error's own words; the finding has a hint in any case.
  void unknown(const Error& error);

  bool is_clean() const;  ///< nothing failed and nothing is to be warned of
  /// `none` is the detail when there is nothing to name; `hint` is given unless the check passes.
  Finding finding(const std::string& none, const std::string& hint) const;

 private:
  struct Group {
    CheckOutcome outcome;
    std::string label;
    std::vector<std::string> objects = {};
    std::set<std::string> known = {};  ///< the same objects, to find
  };
  std::string detail(const std::string& none) const;
  CheckOutcome worst() const;

  std::vector<Group> groups_;
  std::string unknown_hint_;
};

/// "a, b, c, d, e and 7 more"
std::string name_some(const std::vector<std::string>& names);
/// "3 tables", "1 table"
std::string count_of(std::size_t count, std::string_view singular, std::string_view plural = {});
/// "fail" → fail; what is none of the names is a programmer error (throws std::logic_error).
CheckOutcome outcome_named(std::string_view name);

}  // namespace cutover
