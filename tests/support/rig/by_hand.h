// Logical replication set up by plain SQL, for tests of what does not set it up itself.
#pragma once

#include <chrono>
#include <string>

namespace cutover::support {

struct HandMadeReplication {
  std::string blue;   ///< conninfo of a superuser, also what green connects with
  std::string green;  ///< conninfo of a superuser
  std::string name;   ///< of publication, slot and subscription
};

/// Publication of all tables, slot and subscription; returns when every table is synchronised.
void replicate_by_hand(const HandMadeReplication& replication);

/// Waits until green has applied everything that blue has written so far.
bool green_caught_up(const HandMadeReplication& replication, std::chrono::milliseconds limit);

}  // namespace cutover::support
