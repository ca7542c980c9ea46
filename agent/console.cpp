// See console.h.
#include "agent/console.h"

#include <algorithm>

#include "common/async/gather.h"
#include "common/async/within.h"

namespace cutover::agent {
namespace {

constexpr std::size_t lines_kept = 8;
constexpr std::chrono::milliseconds dial_limit{2000};
constexpr std::chrono::milliseconds warm_limit{500};

ConsoleReply reply_of(const postgres::Rows& rows) {
  ConsoleReply reply;
  reply.tag = rows.tag();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ConsoleRow& columns = reply.rows.emplace_back();
    for (std::size_t column = 0; column < rows.columns(); ++column)
      if (const auto value = rows.at(row, column))
        columns.emplace(rows.column_name(column), *value);
  }
  return reply;
}

class LibpqLine : public ConsoleLine {
 public:
  explicit LibpqLine(postgres::Connection connection) : connection_(std::move(connection)) {}

  Task<ConsoleAnswer> send(std::string command) override {
    const auto answer = co_await connection_.script(command);
    if (answer.has_error()) co_return answer.error();
    if (answer.value().empty()) co_return ConsoleReply{};
    co_return reply_of(answer.value().back());
  }
  bool is_open() const override { return connection_.is_open(); }
  std::string version() const override {
    const std::string reported = connection_.parameter("server_version");
    return reported.substr(0, reported.find('/'));
  }

 private:
  postgres::Connection connection_;
};

class LibpqDialer : public ConsoleDialer {
 public:
  explicit LibpqDialer(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  Task<postgres::Answer<std::unique_ptr<ConsoleLine>>> dial() override {
    postgres::ConnectOptions options;
    options.application_name = "cutover-agent";
    options.timeout = dial_limit;
    auto connection = co_await postgres::Connection::connect(conninfo_, options);
    if (connection.has_error()) co_return connection.error();
    std::unique_ptr<ConsoleLine> line = std::make_unique<LibpqLine>(std::move(connection.value()));
    co_return std::move(line);
  }

 private:
  std::string conninfo_;
};

}  // namespace

std::unique_ptr<ConsoleDialer> dialer_of(std::string conninfo) {
  return std::make_unique<LibpqDialer>(std::move(conninfo));
}

Task<postgres::Answer<Console::LinePointer>> Console::dial() {
  auto line = co_await dialer_->dial();
  if (line.has_error()) ++errors_;
  if (line.has_value()) version_ = line.value()->version();
  co_return std::move(line);
}

void Console::keep(LinePointer line) {
  if (line->is_open() && idle_.size() < lines_kept) idle_.push_back(std::move(line));
}

Task<ConsoleAnswer> Console::ask_on(LinePointer line, std::string command,
                                    std::chrono::milliseconds limit) {
  auto sending = line->send(command);
  auto answer = co_await within(limit, std::move(sending));
  if (!answer) {
    ++errors_;
    postgres::Failure late;
    late.what = "the console did not answer " + command + " within " +
                std::to_string(limit.count()) + " ms";
    late.lost = true;
    co_return late;
  }
  keep(std::move(line));
  co_return std::move(*answer);
}

Task<ConsoleAnswer> Console::ask(std::string command, std::chrono::milliseconds limit) {
  if (!idle_.empty()) {
    LinePointer line = std::move(idle_.back());
    idle_.pop_back();
    const auto started = std::chrono::steady_clock::now();
    auto answer = co_await ask_on(std::move(line), command, limit);
    const bool in_time = std::chrono::steady_clock::now() - started < limit;
    const bool was_dead = answer.has_error() && answer.error().lost && in_time;
    if (!was_dead) co_return answer;
    idle_.clear();
  }
  auto fresh = co_await dial();
  if (fresh.has_error()) co_return fresh.error();
  auto answer = co_await ask_on(std::move(fresh.value()), command, limit);
  co_return answer;
}

Task<bool> Console::takes_newcomers() {
  auto line = co_await dial();
  const bool is_in = line.has_value();
  if (is_in) keep(std::move(line.value()));
  co_return is_in;
}

Task<void> Console::keep_if_it_answers(LinePointer line) {
  auto sending = line->send("SHOW VERSION");
  const auto answer = co_await within(warm_limit, std::move(sending));
  if (answer && answer->has_value()) keep(std::move(line));
}

Task<postgres::Answer<void>> Console::warm_up(std::size_t count) {
  std::vector<LinePointer> lines = std::move(idle_);
  idle_.clear();
  std::vector<Task<void>> trials;
  for (LinePointer& line : lines) trials.push_back(keep_if_it_answers(std::move(line)));
  co_await gather(std::move(trials));
  const auto answering = idle_.size();
  for (auto have = answering; have < std::min(count, lines_kept); ++have) {
    auto line = co_await dial();
    if (line.has_error()) co_return line.error();
    keep(std::move(line.value()));
  }
  co_return postgres::Answer<void>();
}

}  // namespace cutover::agent
