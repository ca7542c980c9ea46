#include "common/log/log.h"

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <mutex>

#include "common/base/utc_time.h"

namespace cutover {
namespace {

// What log_info and its like built is in the format already; anything else is one text.
constexpr char built = '\x01';

struct Run {
  std::mutex mutex;
  std::string id;
};

Run& current_run() {
  static Run run;
  return run;
}

LogFormat& current_format() {
  static LogFormat format = LogFormat::text;
  return format;
}

std::string run_id() {
  const std::lock_guard lock(current_run().mutex);
  return current_run().id;
}

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

std::string json_text(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      text += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20)
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      text += c;
  }
  return text + "\"";
}

/// "<3>" … "<7>": syslog's levels, as journald reads them at the start of a line.
const char* journal_level(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return "<7>";
  if (level == spdlog::level::info) return "<6>";
  return level == spdlog::level::warn ? "<4>" : "<3>";
}

const char* level_name(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return "debug";
  if (level == spdlog::level::info) return "info";
  return level == spdlog::level::warn ? "warning" : "error";
}

class StructuredLine : public spdlog::formatter {
 public:
  explicit StructuredLine(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override {
    const std::string payload(message.payload.data(), message.payload.size());
    const auto line =
        format_ == LogFormat::json ? json_of(message, payload) : text_of(message, payload);
    into.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<StructuredLine>(format_);
  }

 private:
  std::string text_of(const spdlog::details::log_msg& message, const std::string& payload) const {
    std::string line =
        format_ == LogFormat::journal
            ? journal_level(message.level)
            : "time=" + utc_text(message.time) + " level=" + level_name(message.level) + " ";
    const auto run = run_id();
    if (!run.empty()) line += "run=" + quoted(run) + " ";
    line += payload.starts_with(built) ? payload.substr(1) : "msg=" + quoted(payload);
    return line + "\n";
  }

  static std::string json_of(const spdlog::details::log_msg& message, const std::string& payload) {
    std::string line = "{\"time\":" + json_text(utc_text(message.time)) + ",\"level\":\"" +
                       level_name(message.level) + "\",";
    const auto run = run_id();
    if (!run.empty()) line += "\"run\":" + json_text(run) + ",";
    line += payload.starts_with(built) ? payload.substr(1) : "\"msg\":" + json_text(payload);
    return line + "}\n";
  }

  LogFormat format_;
};

std::string payload_of(const std::string& event, const LogFields& fields) {
  return built + (current_format() == LogFormat::json ? json_log_line(event, fields)
                                                      : log_line(event, fields));
}

}  // namespace

LogFormat log_format_from_environment() {
  const char* const wish = std::getenv("CUTOVER_LOG");
  if (wish != nullptr && std::string(wish) == "json") return LogFormat::json;
  if (wish != nullptr && std::string(wish) == "text") return LogFormat::text;
  return std::getenv("JOURNAL_STREAM") != nullptr ? LogFormat::journal : LogFormat::text;
}

void set_up_log(LogOptions options) {
  current_format() = options.format;
  auto logger = std::make_shared<spdlog::logger>("cutover",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<StructuredLine>(options.format));
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                  spdlog::level::warn, spdlog::level::err};
  logger->set_level(levels[static_cast<int>(options.from)]);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void set_log_run(const std::string& id) {
  const std::lock_guard lock(current_run().mutex);
  current_run().id = id;
}

std::string log_line(const std::string& event, const LogFields& fields) {
  std::string line = "event=" + quoted(event);
  for (const auto& [key, value] : fields) line += " " + key + "=" + quoted(value);
  return line;
}

std::string json_log_line(const std::string& event, const LogFields& fields) {
  std::string line = "\"event\":" + json_text(event);
  for (const auto& [key, value] : fields) line += "," + json_text(key) + ":" + json_text(value);
  return line;
}

void log_info(const std::string& event, const LogFields& fields) {
  spdlog::info("{}", payload_of(event, fields));
}
void log_warning(const std::string& event, const LogFields& fields) {
  spdlog::warn("{}", payload_of(event, fields));
}
void log_error(const std::string& event, const LogFields& fields) {
  spdlog::error("{}", payload_of(event, fields));
}

}  // namespace cutover
