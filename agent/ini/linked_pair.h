// The runbook's layout: pgbouncer.ini is a symbolic link to blue.pgbouncer.ini, beside which a
// green.pgbouncer.ini waits. Such a pair is switched by replacing the link.
#pragma once

#include <optional>
#include <string>

namespace cutover::ini {

struct LinkedPair {
  std::string link;         ///< the link to replace: the path asked for, or one it leads through
  std::string target;       ///< what it holds
  std::string other;        ///< what it is to hold: the target's file name with the other colour
  std::string target_path;  ///< the files themselves
  std::string other_path;
};

/// A link in the chain from `path` whose target's file name holds "blue" or "green", not both, and
/// beside whose target a file of the other colour exists.
std::optional<LinkedPair> find_linked_pair(const std::string& path);

}  // namespace cutover::ini
