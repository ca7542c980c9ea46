// Before anything is replaced, what is there is compared with what was planned.
#include "agent/ini/replacement.h"

#include <filesystem>
#include <system_error>

#include "common/base/durable_file.h"

namespace cutover::ini {
namespace {

namespace fs = std::filesystem;

Error changed_meanwhile(const std::string& what) {
  return Error{what, "somebody else edits the configuration; look at it, then arm again"};
}

Result<void> expect_text(const std::string& path, const std::string& expected) {
  auto text = read_file(path);
  if (!text) return text.error();
  if (*text != expected) return changed_meanwhile(path + " changed since the switch was planned");
  return {};
}

std::string path_behind(const LinkChange& change, Side side) {
  const std::string& target = side == Side::old_text ? change.old_target : change.new_target;
  return (fs::path(change.path).parent_path() / target).string();
}

}  // namespace

Result<Side> side_of(const FileChange& change) {
  std::error_code error;
  const std::string real_path = fs::canonical(change.path, error).string();
  if (error) return Error{"cannot find " + change.path, "restore the file, then arm again"};
  if (real_path != change.real_path) {
    return changed_meanwhile(change.path + " leads to " + real_path + " now, not to " +
                             change.real_path);
  }
  auto text = read_file(real_path);
  if (!text) return text.error();
  if (*text == change.new_text) return Side::new_text;
  if (*text == change.old_text) return Side::old_text;
  return changed_meanwhile(real_path + " changed since the switch was planned");
}

Result<Side> side_of(const LinkChange& change) {
  std::error_code error;
  const std::string target = fs::read_symlink(change.path, error).string();
  if (error) return changed_meanwhile(change.path + " is no symbolic link any more");
  if (target != change.old_target && target != change.new_target) {
    return changed_meanwhile(change.path + " leads to " + target + " now");
  }
  for (const Side side : {Side::old_text, Side::new_text}) {
    const std::string& text = side == Side::old_text ? change.old_text : change.new_text;
    if (auto same = expect_text(path_behind(change, side), text); !same) return same.error();
  }
  return target == change.new_target ? Side::new_text : Side::old_text;
}

Result<void> bring_to(const FileChange& change, Side side) {
  return write_durably(change.real_path,
                       side == Side::old_text ? change.old_text : change.new_text);
}

Result<void> bring_to(const LinkChange& change, Side side) {
  return link_durably(change.path, side == Side::old_text ? change.old_target : change.new_target);
}

Result<void> settle(const FileChange& change) {
  return fsync_directory(directory_of(change.real_path));
}

Result<void> settle(const LinkChange& change) {
  return fsync_directory(directory_of(change.path));
}

std::optional<Error> problem_with(const FileChange& change) {
  return replacement_problem(change.real_path);
}

std::optional<Error> problem_with(const LinkChange& change) {
  return link_replacement_problem(change.path);
}

}  // namespace cutover::ini
