// The agent's record on disk, in state_dir. Every save is durable when it returns; the store is
// written before the effect it announces (the lease before PAUSE, the intent before the rename).
#pragma once

#include <string>

#include "agent/agent_record.h"

namespace cutover::agent {

class StateStore {
 public:
  explicit StateStore(std::string directory) : directory_(std::move(directory)) {}

  /// Creates the directory. An empty record when there is none: state lost, or never claimed.
  Result<AgentRecord> load();
  Result<void> save(const AgentRecord& record);
  /// The slow half of a save that is likely to come: the whole file, durable, under another name.
  Result<void> write_ahead(const AgentRecord& record);
  /// Renames a record that cannot be read to record.damaged: the state is then lost.
  Result<void> set_aside();
  /// Keeps a copy of the record of a claim that ended with a switch: switched-EPOCH.json.
  Result<void> archive(const AgentRecord& record);

  const std::string& directory() const { return directory_; }
  std::string record_path() const { return directory_ + "/record.json"; }
  std::string written_ahead_path() const { return directory_ + "/record.next"; }

 private:
  std::string directory_;
};

}  // namespace cutover::agent
