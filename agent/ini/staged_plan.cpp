// JSON with a checksum over the plan. The texts may hold any bytes: Boost.JSON passes bytes above
// 0x7f as they are and is told not to insist on UTF-8 when it reads them back.
#include "agent/ini/staged_plan.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "common/base/durable_file.h"

namespace cutover::ini {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t previous_plans_kept = 20;

std::string staged_path(const std::string& state_dir) {
  return state_dir + "/staged.json";
}

std::uint32_t checksum_of(const json::value& plan) {
  const std::string text = json::serialize(plan);
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

json::object json_of(const FileChange& change) {
  return {{"path", change.path},
          {"real_path", change.real_path},
          {"old_text", change.old_text},
          {"new_text", change.new_text}};
}

json::object json_of(const LinkChange& change) {
  return {{"path", change.path},
          {"old_target", change.old_target},
          {"new_target", change.new_target},
          {"old_text", change.old_text},
          {"new_text", change.new_text}};
}

std::string text_of(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

FileChange file_from(const json::object& object) {
  return {text_of(object, "path"), text_of(object, "real_path"), text_of(object, "old_text"),
          text_of(object, "new_text")};
}

LinkChange link_from(const json::object& object) {
  return {text_of(object, "path"), text_of(object, "old_target"), text_of(object, "new_target"),
          text_of(object, "old_text"), text_of(object, "new_text")};
}

/// Throws what Boost.JSON throws when something is missing or of another kind.
SwitchPlan plan_from(const json::object& object) {
  SwitchPlan plan;
  plan.ini_path = text_of(object, "ini_path");
  for (const json::value& file : object.at("files").as_array()) {
    plan.files.push_back(file_from(file.as_object()));
  }
  if (!object.at("link").is_null()) plan.link = link_from(object.at("link").as_object());
  for (const json::value& note : object.at("notes").as_array()) {
    plan.notes.emplace_back(note.as_string());
  }
  return plan;
}

std::vector<int> previous_numbers(const std::string& directory) {
  std::vector<int> numbers;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(directory, error)) {
    const int number = std::atoi(item.path().filename().c_str());
    if (number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string numbered(const std::string& directory, int number) {
  std::string digits = std::to_string(number);
  return directory + "/" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits +
         ".json";
}

}  // namespace

std::string to_json(const SwitchPlan& plan) {
  json::array files;
  for (const FileChange& change : plan.files) files.push_back(json_of(change));
  json::array notes;
  for (const std::string& note : plan.notes) notes.push_back(json::string(note));
  json::value link = nullptr;
  if (plan.link) link = json_of(*plan.link);
  const json::value value =
      json::object{{"ini_path", plan.ini_path}, {"files", files}, {"link", link}, {"notes", notes}};
  return json::serialize(json::object{{"crc32", checksum_of(value)}, {"plan", value}});
}

Result<SwitchPlan> plan_from_json(const std::string& text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  try {
    const json::value value = json::parse(text, {}, options);
    const json::object& object = value.as_object();
    if (object.at("crc32").to_number<std::uint32_t>() != checksum_of(object.at("plan"))) {
      return Error{"its checksum does not fit"};
    }
    return plan_from(object.at("plan").as_object());
  } catch (const std::exception& exception) {
    return Error{std::string("it is no staged plan: ") + exception.what()};
  }
}

Result<void> stage(const SwitchPlan& plan, const std::string& state_dir) {
  if (auto made = create_directory_durably(state_dir); !made) return made;
  return write_durably(staged_path(state_dir), to_json(plan));
}

Result<std::optional<SwitchPlan>> load_staged(const std::string& state_dir) {
  const std::string path = staged_path(state_dir);
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return std::optional<SwitchPlan>();
  auto text = read_file(path);
  if (!text) return text.error();
  auto plan = plan_from_json(*text);
  if (!plan) {
    return Error{"cannot use " + path + ": " + plan.error().what,
                 "compare PgBouncer's files with what they should be, then remove " + path};
  }
  return std::optional<SwitchPlan>(std::move(*plan));
}

Result<void> discard(const std::string& state_dir) {
  return remove_durably(staged_path(state_dir));
}

Result<void> keep_as_previous(const std::string& state_dir) {
  const std::string directory = state_dir + "/previous";
  if (auto made = create_directory_durably(directory); !made) return made;
  std::vector<int> numbers = previous_numbers(directory);
  const int next = numbers.empty() ? 1 : numbers.back() + 1;
  while (numbers.size() >= previous_plans_kept) {
    if (auto removed = remove_durably(numbered(directory, numbers.front())); !removed) {
      return removed;
    }
    numbers.erase(numbers.begin());
  }
  return rename_durably(staged_path(state_dir), numbered(directory, next));
}

}  // namespace cutover::ini
