// Plans a switch from what is on disk, and brings the disk to one side of a plan or the other.
#include "agent/ini/staging.h"

#include <filesystem>
#include <set>
#include <system_error>

#include "agent/ini/linked_pair.h"
#include "agent/ini/proof.h"
#include "agent/ini/replacement.h"
#include "agent/ini/unfamiliar.h"
#include "agent/ini/unified_diff.h"
#include "common/base/durable_file.h"
#include "common/base/file_error.h"

namespace cutover::ini {
namespace {

namespace fs = std::filesystem;

Result<std::string> real_path_of(const std::string& path) {
  std::error_code error;
  const fs::path real_path = fs::canonical(path, error);
  if (error) return file_error("find", path, error.value());
  return text_result(real_path.string());
}

Result<LinkChange> plan_link(const LinkedPair& pair, const ConfigFiles& before,
                             const std::vector<Move>& moves) {
  auto other_text = read_file(pair.other_path);
  if (!other_text) return other_text.error();
  const std::string& ini_path = before.files.front().path;
  const auto read = [&](const std::string& path) {
    return path == ini_path ? text_result(*other_text) : read_file(path);
  };
  auto after = load_config(ini_path, before.working_directory, read);
  auto proven = after ? prove_only_moved(before, *after, moves) : Result<void>(after.error());
  if (!proven) {
    return Error{pair.other_path + " is no " + pair.target +
                     " with the entries moved: " + proven.error().what,
                 "make it equal to " + pair.target + " but for host and port of the moved entries"};
  }
  return LinkChange{pair.link, pair.target, pair.other, before.files.front().document.text,
                    std::move(*other_text)};
}

/// One file under two names would get two texts: refused rather than guessed.
Result<void> expect_one_name(const ConfigFiles& config, const FileChange& change) {
  for (const SourceFile& source : config.files) {
    auto real_path = real_path_of(source.path);
    if (!real_path) return real_path.error();
    if (*real_path != change.real_path || source.path == change.path) continue;
    return Error{change.path + " and " + source.path + " are one file, included twice",
                 "include it by one name"};
  }
  return {};
}

Result<std::vector<FileChange>> plan_files(const ConfigFiles& config, const Edit& edit) {
  std::vector<FileChange> changes;
  for (const EditedFile& file : edit.files) {
    auto real_path = real_path_of(file.path);
    if (!real_path) return real_path.error();
    FileChange change{file.path, *real_path, file.old_text, file.new_text};
    if (auto unique = expect_one_name(config, change); !unique) return unique.error();
    changes.push_back(std::move(change));
  }
  return changes;
}

/// Both kinds of change of a plan, one after the other, until one says false.
template <class Visit>
bool for_each_change(const SwitchPlan& plan, Visit visit) {
  for (const FileChange& change : plan.files) {
    if (!visit(change)) return false;
  }
  return !plan.link || visit(*plan.link);
}

bool is_on(const SwitchPlan& plan, Side side) {
  return for_each_change(plan, [side](const auto& change) {
    const auto found = side_of(change);
    return found && *found == side;
  });
}

/// The first change that is on neither side: then nothing may be written.
std::optional<Error> foreign_edit(const SwitchPlan& plan) {
  std::optional<Error> error;
  for_each_change(plan, [&](const auto& change) {
    const auto found = side_of(change);
    if (!found) error = found.error();
    return found.has_value();
  });
  return error;
}

/// Puts back what was attempted before `error` came. What a failed write left is looked at, not
/// assumed.
Outcome put_back(const SwitchPlan& plan, Side side, const std::set<std::string>& attempted,
                 const Error& error) {
  const bool is_back = for_each_change(plan, [&](const auto& change) {
    if (!attempted.contains(change.path)) return true;
    const auto found = side_of(change);
    if (!found) return false;
    return *found == side || bring_to(change, side).has_value();
  });
  return is_back ? refused(error) : in_doubt(error);
}

Outcome bring_all_to(const SwitchPlan& plan, Side side) {
  if (const auto error = foreign_edit(plan)) return refused(*error);
  std::set<std::string> attempted;
  Error error;
  const bool is_done = for_each_change(plan, [&](const auto& change) {
    const auto found = side_of(change);
    if (!found) {
      error = found.error();
      return false;
    }
    if (*found != side) attempted.insert(change.path);
    const auto brought = *found == side ? settle(change) : bring_to(change, side);
    if (!brought) error = brought.error();
    return brought.has_value();
  });
  return is_done ? done() : put_back(plan, other(side), attempted, error);
}

}  // namespace

Result<SwitchPlan> plan_switch(const std::string& ini_path, const std::vector<Move>& moves,
                               const std::string& working_directory) {
  auto config = load_config(ini_path, working_directory, read_file);
  if (!config) return config.error();
  auto edit = edit_entries(*config, moves);
  if (!edit) return edit.error();
  SwitchPlan plan{ini_path, {}, std::nullopt, edit->notes};
  for (std::string& part : unfamiliar_parts(*config)) plan.notes.push_back(std::move(part));
  if (edit->files.empty()) return plan;
  if (const auto pair = find_linked_pair(ini_path)) {
    auto link = plan_link(*pair, *config, moves);
    if (!link) return link.error();
    plan.link = std::move(*link);
    return plan;
  }
  auto files = plan_files(*config, *edit);
  if (!files) return files.error();
  plan.files = std::move(*files);
  return plan;
}

std::string diff_of(const SwitchPlan& plan) {
  std::string diff;
  for (const FileChange& change : plan.files) {
    diff += unified_diff(change.path, without_passwords(change.old_text),
                         without_passwords(change.new_text));
  }
  if (plan.link) {
    diff += "link " + plan.link->path + ": " + plan.link->old_target + " -> " +
            plan.link->new_target + "\n";
    diff += unified_diff(plan.link->path, without_passwords(plan.link->old_text),
                         without_passwords(plan.link->new_text));
  }
  return diff;
}

Result<void> write_ahead(const SwitchPlan& plan) {
  for (const FileChange& change : plan.files) {
    auto written = cutover::write_ahead(change.real_path, change.new_text);
    if (!written) {
      remove_written_ahead(plan);
      return written;
    }
  }
  return {};
}

Result<void> remove_written_ahead(const SwitchPlan& plan) {
  Result<void> result;
  for (const FileChange& change : plan.files) {
    const auto removed = cutover::remove_written_ahead(change.real_path);
    if (!removed) result = removed;
  }
  return result;
}

Outcome apply(const SwitchPlan& plan) {
  return bring_all_to(plan, Side::new_text);
}

Outcome revert(const SwitchPlan& plan) {
  return bring_all_to(plan, Side::old_text);
}

bool is_applied(const SwitchPlan& plan) {
  return is_on(plan, Side::new_text);
}

bool is_reverted(const SwitchPlan& plan) {
  return is_on(plan, Side::old_text);
}

std::optional<Error> directory_problem(const std::string& ini_path) {
  if (const auto pair = find_linked_pair(ini_path)) return link_replacement_problem(pair->link);
  const auto real_path = real_path_of(ini_path);
  return real_path ? replacement_problem(*real_path) : real_path.error();
}

std::optional<Error> why_it_cannot_be_applied(const SwitchPlan& plan) {
  std::optional<Error> problem;
  for_each_change(plan, [&](const auto& change) {
    problem = problem_with(change);
    return !problem;
  });
  return problem;
}

}  // namespace cutover::ini
