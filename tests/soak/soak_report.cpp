#include "tests/soak/soak_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace cutover::soak {
namespace {

/// More than a heap settles by, less than a leak in every round comes to.
constexpr double growth_allowed_kib = 4'096;
constexpr double growth_allowed_count = 3;
constexpr std::size_t warm_up = 2;

struct Column {
  const char* name;
  std::function<long(const Round&)> value;
  double growth_allowed;
};

struct Process {
  const char* name;
  ProcessFigures Round::*figures;
};

constexpr Process processes[] = {{"controller", &Round::controller},
                                 {"steady agent", &Round::steady},
                                 {"struck agent", &Round::struck},
                                 {"watch", &Round::watch}};

std::vector<Column> columns() {
  std::vector<Column> all;
  for (const auto& [name, figures] : processes) {
    const auto of = [figures = figures](long ProcessFigures::*count) {
      return [=](const Round& round) { return round.*figures.*count; };
    };
    all.push_back({name, of(&ProcessFigures::resident_kib), growth_allowed_kib});
    all.push_back({name, of(&ProcessFigures::descriptors), growth_allowed_count});
    all.push_back({name, of(&ProcessFigures::threads), growth_allowed_count});
  }
  return all;
}

constexpr const char* units[] = {"resident KiB", "descriptors", "threads"};

struct Span {
  double first = 0;  ///< median of the first quarter
  double last = 0;   ///< of the last
  double most = 0;
};

double median(std::vector<long> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return static_cast<double>(values.at(values.size() / 2));
}

/// Rounds in which the process was not there (struck down, never held) say nothing.
Span span_of(const std::vector<Round>& rounds, const Column& column) {
  std::vector<long> values;
  for (std::size_t i = std::min(warm_up, rounds.size()); i < rounds.size(); ++i)
    if (const long value = column.value(rounds[i]); value > 0) values.push_back(value);
  if (values.empty()) return {};
  const auto quarter = static_cast<long>(std::max<std::size_t>(1, values.size() / 4));
  return {median({values.begin(), values.begin() + quarter}),
          median({values.end() - quarter, values.end()}),
          static_cast<double>(*std::ranges::max_element(values))};
}

std::string table_of_processes(const Soak& soak) {
  std::string text = "| process | | first quarter | last quarter | most |\n|---|---|---|---|---|\n";
  std::size_t at = 0;
  for (const auto& column : columns()) {
    const auto span = span_of(soak.rounds, column);
    text += fmt::format("| {} | {} | {:.0f} | {:.0f} | {:.0f} |\n", column.name, units[at++ % 3],
                        span.first, span.last, span.most);
  }
  return text;
}

std::string table_of_faults(const Soak& soak) {
  std::map<std::string, std::map<int, int>> ends;
  for (const auto& round : soak.rounds) ++ends[round.fault][round.exit_code];
  std::string text = "| fault | rounds | exit codes |\n|---|---|---|\n";
  for (const auto& [fault, codes] : ends) {
    int rounds = 0;
    std::string ended;
    for (const auto& [code, times] : codes) {
      rounds += times;
      ended += fmt::format("{}{} × {}", ended.empty() ? "" : ", ",
                           code < 0 ? "killed" : std::to_string(code), times);
    }
    text += fmt::format("| {} | {} | {} |\n", fault, rounds, ended);
  }
  return text;
}

}  // namespace

std::string to_csv(const std::vector<Round>& rounds) {
  std::string text = "round,second,command,fault,moment,exit_code,serves";
  for (const auto& [name, figures] : processes) {
    std::string prefix = name;
    std::ranges::replace(prefix, ' ', '_');
    text += fmt::format(",{0}_kib,{0}_descriptors,{0}_threads", prefix);
  }
  text += "\n";
  for (const auto& round : rounds) {
    text +=
        fmt::format("{},{:.0f},{},{},{},{},{}", round.number, round.second, round.command,
                    round.fault, round.moment, round.exit_code, round.on_green ? "green" : "blue");
    for (const auto& column : columns()) text += fmt::format(",{}", column.value(round));
    text += "\n";
  }
  return text;
}

std::string to_markdown(const Soak& soak) {
  const auto& verdict = soak.verdict;
  return fmt::format(
      "# Soak\n\nWritten by `scripts/soak`, {}, commit {}, seed {}: {:.0f} minutes, {} rounds of "
      "cutover and rollback between PostgreSQL 15 and 17\nunder load, on a machine with two cores "
      "that others used too. A round in soak.csv is a line.\n\n{} writes acknowledged: {} lost, {} "
      "doubled, {} refused yet applied; {} ended in an error that their client saw, where a fault "
      "struck.\n\n{}\nThe steady agent and `cutover watch --metrics-only` live from the first "
      "round to the last; the struck agent is killed and restarted by faults; the\ncontroller is "
      "each run's working process, looked at in the middle of the pause. Medians.\n\n{}\n"
      "Left out are faults that the same fleet does not come back from by itself (a lost slot, "
      "DDL, an edited ini), that need\na fleet of their own (ssh, a network or a clock of the "
      "controller's), or that last longer than a round: failure-modes.md has them.\n",
      soak.date, soak.commit, soak.seed, soak.minutes, soak.rounds.size(), verdict.acknowledged,
      verdict.lost, verdict.doubled, verdict.unexpected, verdict.failed, table_of_faults(soak),
      table_of_processes(soak));
}

std::vector<std::string> what_is_wrong(const Soak& soak) {
  std::vector<std::string> wrong;
  for (const auto& round : soak.rounds)
    for (const auto& promise : round.broken)
      wrong.push_back(fmt::format("round {}, {} with {} {}: {}", round.number, round.command,
                                  round.fault, round.moment, promise));
  const auto& verdict = soak.verdict;
  if (verdict.lost + verdict.doubled + verdict.unexpected > 0)
    wrong.push_back(support::to_text(verdict));
  std::size_t at = 0;
  for (const auto& column : columns()) {
    const auto* const unit = units[at++ % 3];
    const auto span = span_of(soak.rounds, column);
    if (span.last > span.first + column.growth_allowed)
      wrong.push_back(fmt::format("{}: {} grew from {:.0f} to {:.0f}", column.name, unit,
                                  span.first, span.last));
  }
  return wrong;
}

}  // namespace cutover::soak
