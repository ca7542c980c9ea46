// See log.h.
#include "agent/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace cutover::agent {
namespace {

/// "<3>" … "<7>": syslog's levels, as journald reads them at the start of a line.
class JournalLevel : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& into) override {
    const char* level = "<6>";
    if (message.level == spdlog::level::warn) level = "<4>";
    if (message.level >= spdlog::level::err) level = "<3>";
    if (message.level <= spdlog::level::debug) level = "<7>";
    into.append(level, level + 3);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalLevel>();
  }
};

std::string quoted(const std::string& value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\\n\t\r") == std::string::npos;
  if (plain) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace

void set_up_log() {
  auto logger =
      std::make_shared<spdlog::logger>("agent", std::make_shared<spdlog::sinks::stderr_sink_st>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (std::getenv("JOURNAL_STREAM") != nullptr) {
    formatter->add_flag<JournalLevel>('*').set_pattern("%*%v");
  } else {
    formatter->set_pattern("time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v");
  }
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

std::string log_line(const std::string& event, const LogFields& fields) {
  std::string line = "event=" + quoted(event);
  for (const auto& [key, value] : fields) line += " " + key + "=" + quoted(value);
  return line;
}

void log_info(const std::string& event, const LogFields& fields) {
  spdlog::info("{}", log_line(event, fields));
}
void log_warning(const std::string& event, const LogFields& fields) {
  spdlog::warn("{}", log_line(event, fields));
}
void log_error(const std::string& event, const LogFields& fields) {
  spdlog::error("{}", log_line(event, fields));
}

}  // namespace cutover::agent
