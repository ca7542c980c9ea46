// Which file PgBouncer reads at its next RELOAD. It need not be the one it was started with: SET
// conffile on the console and `conffile =` in the file itself change it.
#pragma once

#include <string>

namespace cutover::agent {

/// Why editing `ini` would not reach PgBouncer; "" when it would. `conffile` is SHOW CONFIG's, ""
/// when it is not known.
std::string why_not_read(const std::string& ini, const std::string& conffile,
                         const std::string& working_directory);

}  // namespace cutover::agent
