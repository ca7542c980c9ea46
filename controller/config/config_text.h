// A commented cutover.toml from what is known so far: what `cutover init` writes. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cutover {

struct InitBouncer {
  std::string name;
  std::string agent;                           ///< ssh:// or unix:// URL
  std::string identity;                        ///< ssh key; empty: the ssh agent's
  std::map<std::string, std::string> entries;  ///< found: entry → database
  std::vector<std::string> others;             ///< found: entries that stay, for a comment
};

struct InitFacts {
  std::string name;  ///< of the database
  std::string blue;  ///< conninfo
  std::string green;
  std::string blue_route;  ///< "host=… port=…" as the entries hold it; empty: as in `blue`
  std::string green_route;
  std::string publication = "cutover";
  std::string slot = "cutover";
  std::string subscription = "cutover";
  std::string state_dir = "/var/lib/cutover";
  std::vector<InitBouncer> bouncers;
  std::vector<std::string> notes;  ///< what could not be found out
};

std::string config_text(const InitFacts& facts);

}  // namespace cutover
