// Log lines of both programs, to stderr: key=value, or JSON where $CUTOVER_LOG is "json", with the
// id of the run in every line, and with syslog's levels where systemd's journal reads them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cutover {

enum class LogFormat { text, json, journal };
enum class LogLevel { debug, info, warning, error };

struct LogOptions {
  LogFormat format = LogFormat::text;
  LogLevel from = LogLevel::info;
};

/// $CUTOVER_LOG ("json" or "text"), else the journal's where $JOURNAL_STREAM says that it reads.
LogFormat log_format_from_environment();

/// Once, at the start of the program.
void set_up_log(LogOptions options);
/// From now on in every line; empty: no run.
void set_log_run(const std::string& run_id);

using LogFields = std::vector<std::pair<std::string, std::string>>;

void log_info(const std::string& event, const LogFields& fields = {});
void log_warning(const std::string& event, const LogFields& fields = {});
void log_error(const std::string& event, const LogFields& fields = {});

/// event="lease ran out" pgbouncer=main: values are quoted where they have to be.
std::string log_line(const std::string& event, const LogFields& fields);
/// "event":"lease ran out","pgbouncer":"main"
std::string json_log_line(const std::string& event, const LogFields& fields);

}  // namespace cutover
