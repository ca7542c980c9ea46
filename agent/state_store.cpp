// See state_store.h.
#include "agent/state_store.h"

#include <sys/stat.h>

#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

}  // namespace

Result<AgentRecord> StateStore::load() {
  const auto made = create_directory_durably(directory_);
  if (made.has_error()) return within_context("state_dir", made.error());
  if (!exists(record_path())) return AgentRecord{};
  const auto text = read_file(record_path());
  if (text.has_error()) return text.error();
  auto record = record_from_json(text.value());
  if (record.has_error())
    return Error{record_path() + ": " + record.error().what,
                 "the agent refuses everything until it is claimed with blue's epoch: run `cutover "
                 "recover`"};
  return record;
}

Result<void> StateStore::save(const AgentRecord& record) {
  const std::string text = to_json(record);
  const auto ahead = read_file(written_ahead_path());
  if (ahead && *ahead == text) return rename_durably(written_ahead_path(), record_path());
  return write_durably(record_path(), text);
}

Result<void> StateStore::write_ahead(const AgentRecord& record) {
  return write_durably(written_ahead_path(), to_json(record));
}

Result<void> StateStore::set_aside() {
  return rename_durably(record_path(), directory_ + "/record.damaged");
}

Result<void> StateStore::archive(const AgentRecord& record) {
  return write_durably(directory_ + "/switched-" + std::to_string(record.claim.epoch) + ".json",
                       to_json(record));
}

}  // namespace cutover::agent
