// Log lines: key=value, to stderr; with the levels that journald understands when it reads them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cutover::agent {

using LogFields = std::vector<std::pair<std::string, std::string>>;

/// Once, at the start of the program.
void set_up_log();

void log_info(const std::string& event, const LogFields& fields = {});
void log_warning(const std::string& event, const LogFields& fields = {});
void log_error(const std::string& event, const LogFields& fields = {});

/// event="lease ran out" pgbouncer=main: values are quoted where they have to be.
std::string log_line(const std::string& event, const LogFields& fields);

}  // namespace cutover::agent
