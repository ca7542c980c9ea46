// Moves entries to another server: new texts for the files that must change, in which only the
// values of host and port of the named entries differ. Pure; writing them is staging.h.
#pragma once

#include <string>
#include <vector>

#include "agent/ini/config_files.h"
#include "common/base/result.h"

namespace cutover::ini {

/// An empty port means 5432, an empty from_host an entry without host (unix socket).
struct Move {
  std::string entry;
  std::string from_host;
  std::string from_port;
  std::string to_host;
  std::string to_port;
};

struct EditedFile {
  std::string path;  ///< as in ConfigFiles
  std::string old_text;
  std::string new_text;
};

struct Edit {
  std::vector<EditedFile> files;   ///< only those that change
  std::vector<std::string> notes;  ///< for people; nothing to act on
};

/// Edits the definition that counts of every named entry. Refuses an entry that is missing, that
/// only
/// "*" defines, or that does not hold the route it should; a move to where it is changes nothing.
/// The result has passed both proofs of proof.h.
Result<Edit> edit_entries(const ConfigFiles& config, const std::vector<Move>& moves);

}  // namespace cutover::ini
