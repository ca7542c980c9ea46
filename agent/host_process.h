// The PgBouncer process behind a console, as the operating system sees it.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

namespace cutover::agent {

struct HostProcess {
  pid_t pid = 0;
  uid_t uid = 0;
  std::string working_directory = {};  ///< "" when we may not read it
  std::string executable = {};         ///< likewise
};

/// By `pidfile` (SHOW CONFIG's; may be "") where it names a live process, else by who listens on
/// the socket that the console's conninfo names.
std::optional<HostProcess> find_process(const std::string& admin_conninfo,
                                        const std::string& pidfile);

}  // namespace cutover::agent
