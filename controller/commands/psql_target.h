// Where `cutover psql blue|green|BOUNCER[/ENTRY]` leads: a conninfo, worked out from the
// configuration and from what a bouncer says of itself. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/config/config.h"

namespace cutover {

struct PsqlTarget {
  std::string place;  ///< "blue", "green" or the name of a bouncer
  std::string what;   ///< a database, or an entry; empty: the first database, or the console
  bool is_user_given = false;  ///< by an argument of psql, which a conninfo would override
};

/// `arguments` are those that psql will get.
PsqlTarget psql_target(const std::string& text, const std::vector<std::string>& arguments = {});

/// blue or green, not a bouncer.
bool is_server(const PsqlTarget& target);

/// An error where the configuration knows no such place.
Result<void> expect_place(const Config& config, const PsqlTarget& target);

/// blue and green; nothing is asked.
Result<std::string> server_conninfo(const Config& config, const PsqlTarget& target);

/// Where the target names a bouncer of the configuration; an error lists what it may name.
Result<BouncerConfig> bouncer_of(const Config& config, const PsqlTarget& target);

/// `settings` are those of the bouncer's SHOW CONFIG. Unless psql is told a user, the console is
/// opened as its first admin user, an entry as the user of blue's conninfo.
Result<std::string> bouncer_conninfo(const Config& config, const BouncerConfig& bouncer,
                                     const PsqlTarget& target,
                                     const std::map<std::string, std::string>& settings);

}  // namespace cutover
