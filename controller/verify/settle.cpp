#include "controller/verify/settle.h"

#include <algorithm>

#include "common/async/within.h"

namespace cutover {
namespace {

using Trials = std::map<RowKey, Trial>;

// The position is read after the rows: everything they show was committed before it.
constexpr const char* position_sql =
    "SELECT pg_current_wal_insert_lsn() AS position, "
    "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep') AS commits_hidden";

struct BlueLook {
  RowLooks rows;
  Lsn position;
  bool commits_hidden = false;
};

postgres::Failure as_failure(const Error& error) {
  postgres::Failure failure;
  failure.what = error.what;
  failure.hint = error.hint;
  return failure;
}

Task<VerifyAnswer<BlueLook>> look_at_blue(const ComparedTable& table, std::string sql,
                                          VerifyPair& pair) {
  const auto answer = co_await pair.blue.script(sql + ";" + position_sql);
  if (!answer) co_return answer.error();
  const auto position = parse_lsn(answer->at(1).text(0, "position"));
  if (!position) co_return as_failure(position.error());
  BlueLook look;
  look.rows = looks_of(table, answer->at(0));
  look.position = *position;
  look.commits_hidden = answer->at(1).text(0, "commits_hidden") == "t";
  co_return look;
}

void note(Trials& trials, const RowLooks& looks, std::vector<std::optional<RowLook>> Trial::*side) {
  for (auto& [key, trial] : trials) (trial.*side).push_back(look_at(looks, key));
}

Task<VerifyAnswer<Trials>> try_once(const ComparedTable& table, std::vector<RowKey> keys,
                                    VerifyPair& pair, FollowWatch& watch, std::uint32_t rounds) {
  const auto sql = rows_by_key_sql(table, keys);
  Trials trials;
  for (const auto& key : keys) trials[key] = {};
  const auto first = co_await look_at_blue(table, sql, pair);
  if (!first) co_return first.error();
  note(trials, first->rows, &Trial::blue);
  const auto stuck = co_await watch.until_applied(first->position);
  if (stuck) co_return as_failure(*stuck);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const auto both = co_await ask_both(pair, sql);
    if (!both) co_return both.error();
    note(trials, looks_of(table, both->blue), &Trial::blue);
    note(trials, looks_of(table, both->green), &Trial::green);
  }
  const auto last = co_await look_at_blue(table, sql, pair);
  if (!last) co_return last.error();
  note(trials, last->rows, &Trial::blue);
  for (auto& [key, trial] : trials)
    trial.commits_hidden = first->commits_hidden || last->commits_hidden;
  co_return trials;
}

/// Takes the verdicts; what stays in `suspicions` needs another trial.
void take(std::map<RowKey, Suspicion>& suspicions, const Trials& trials, Settled& settled) {
  for (const auto& [key, trial] : trials) {
    const auto verdict = suspicions[key].take(trial);
    if (verdict == TrialVerdict::unsettled) continue;
    if (verdict == TrialVerdict::different) settled.differences.push_back({key, kind_of(trial)});
    suspicions.erase(key);
  }
}

Task<VerifyAnswer<Settled>> settle_some(const ComparedTable& table, std::vector<RowKey> keys,
                                        VerifyPair& pair, FollowWatch& watch,
                                        SettleOptions options) {
  Settled settled;
  std::map<RowKey, Suspicion> suspicions;
  for (const auto& key : keys) suspicions[key] = {};
  while (!suspicions.empty() && settled.trials < options.trials) {
    if (settled.trials > 0) co_await sleep_for(options.between_trials);
    ++settled.trials;
    std::vector<RowKey> left;
    for (const auto& [key, suspicion] : suspicions) left.push_back(key);
    const auto trials = co_await try_once(table, left, pair, watch, options.rounds);
    if (!trials) co_return trials.error();
    take(suspicions, *trials, settled);
  }
  for (const auto& [key, suspicion] : suspicions) settled.unsettled.push_back(key);
  co_return settled;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Task<VerifyAnswer<Settled>> settle(const ComparedTable& table, std::vector<RowKey> keys,
                                   VerifyPair& pair, FollowWatch& watch, SettleOptions options) {
  Settled all;
  for (std::size_t begin = 0; begin < keys.size(); begin += options.rows_at_once) {
    if (all.differences.size() >= options.most_differences) break;
    const auto end = std::min(keys.size(), begin + options.rows_at_once);
    std::vector<RowKey> some(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                             keys.begin() + static_cast<std::ptrdiff_t>(end));
    const auto settled = co_await settle_some(table, some, pair, watch, options);
    if (!settled) co_return settled.error();
    append(all.differences, settled->differences);
    append(all.unsettled, settled->unsettled);
    all.trials += settled->trials;
  }
  co_return all;
}

}  // namespace cutover
