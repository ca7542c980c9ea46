#include "controller/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/async/gather.h"
#include "controller/verify/compare_piece.h"
#include "controller/verify/compared_pair.h"
#include "controller/verify/difference_data.h"
#include "controller/verify/look_again.h"
#include "controller/verify/table_list.h"
#include "controller/verify/verify_session.h"

namespace cutover {
namespace {

bool is_wanted(const ComparedTable& table, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                       [&](const auto& name) { return table.is_called(name); });
}

/// One comparison of one database: its workers share it.
class Verification {
 public:
  Verification(boost::asio::any_io_executor executor, DatabaseConfig database,
               VerifyOptions options, VerifyRecord record)
      : database_(std::move(database)),
        options_(std::move(options)),
        record_(std::move(record)),
        watch_(executor, on_blue(), follow()),
        planner_(on_blue(), on_green()),
        turn_(executor) {
    scope_ = database_.name;
    for (const auto& table : options_.tables) scope_ += "|" + table;
  }

  Task<VerifyReport> run();

 private:
  SessionOptions on_blue() const { return blue_session(database_, options_.run_id); }
  SessionOptions on_green() const { return green_session(database_, options_.run_id); }
  FollowOptions follow() const;
  Task<std::optional<Error>> begin(VerifyReport& report);
  Task<std::optional<Error>> same_encoding();
  std::optional<Error> resume(VerifyReport& report, const std::string& pair);
  std::optional<Error> lay_out(std::vector<ComparedTable> tables);
  Task<void> look_again();
  Task<void> work();
  Task<void> compare(Piece piece, VerifyPair& pair);
  void keep(const Piece& piece, const PieceVerdict& verdict);
  void tell_progress();
  Task<TableVerdict> verdict_of(std::size_t table);

  DatabaseConfig database_;
  VerifyOptions options_;
  VerifyRecord record_;
  FollowWatch watch_;
  VerifyPair planner_;
  Lock turn_;
  std::string scope_;
  std::optional<TableWalk> walk_;
  std::map<std::string, Differences> differences_;
  std::vector<TableVerdict> not_comparable_;
  std::optional<Error> broken_;  ///< the record cannot be written
  std::uint64_t recent_rows_ = 0;
  std::chrono::steady_clock::time_point told_at_{};
};

FollowOptions Verification::follow() const {
  FollowOptions follow;
  for (const auto& each : database_.subscriptions) follow.slots.push_back(each.slot);
  follow.most_lag_bytes = options_.most_lag_bytes;
  follow.patience = options_.patience;
  follow.tell_interval = options_.progress_interval;
  follow.waiting = options_.waiting;
  return follow;
}

/// Replication converts between encodings, digests do not.
Task<std::optional<Error>> Verification::same_encoding() {
  const auto both = co_await ask_both(planner_, "SELECT getdatabaseencoding() AS encoding");
  if (!both) co_return Error(both.error());
  const auto blue = both->blue.text(0, "encoding");
  const auto green = both->green.text(0, "encoding");
  if (blue == green) co_return std::nullopt;
  co_return Error{fmt::format("database {}: blue's encoding is {}, green's {}: digests of the same "
                              "texts differ",
                              database_.name, blue, green),
                  "make green's database with blue's encoding"};
}

std::optional<Error> Verification::resume(VerifyReport& report, const std::string& pair) {
  const auto unfinished = record_.unfinished(scope_);
  if (!unfinished) return unfinished.error();
  if (*unfinished && !options_.restart) {
    const bool same_pair = (*unfinished)->pair == pair;
    (same_pair ? report.resumed_from : report.given_up) = (*unfinished)->began_at;
    if (same_pair) return std::nullopt;
  }
  const auto begun = record_.begin(scope_, pair);
  if (!begun) return begun.error();
  return std::nullopt;
}

std::optional<Error> Verification::lay_out(std::vector<ComparedTable> tables) {
  auto known = record_.progress(scope_);
  if (!known) return known.error();
  std::vector<WalkedTable> walked;
  for (auto& table : tables) {
    if (!is_wanted(table, options_.tables)) continue;
    if (!table.obstacle.empty()) {
      TableVerdict verdict;
      verdict.failure = Error{table.obstacle, "compare this table by hand, or leave it out"};
      verdict.table = std::move(table);
      not_comparable_.push_back(std::move(verdict));
      continue;
    }
    auto progress = (*known)[table.name];
    if (progress.signature != table.signature()) {
      const auto forgotten = record_.forget(scope_, table.name);
      if (!forgotten) return forgotten.error();
      progress = {};
      progress.signature = table.signature();
    }
    auto found = record_.differences(scope_, table.name);
    if (!found) return found.error();
    differences_[table.name] = std::move(*found);
    walked.push_back({std::move(table), std::move(progress), std::nullopt});
  }
  auto walk = options_.walk;
  walk.patience = options_.patience;
  walk_.emplace(std::move(walked), walk);
  return std::nullopt;
}

Task<std::optional<Error>> Verification::begin(VerifyReport& report) {
  const auto differ = co_await same_encoding();
  if (differ) co_return *differ;
  auto tables = co_await list_compared_tables(planner_.blue, planner_.green, database_);
  if (!tables) co_return tables.error();
  const auto followed = co_await watch_.until_close();
  if (followed) co_return *followed;
  const auto pair = co_await identity_of(planner_, database_);
  if (!pair) co_return pair.error();
  const auto unreadable = resume(report, *pair);
  if (unreadable) co_return *unreadable;
  const auto unlaid = lay_out(std::move(*tables));
  if (unlaid) co_return *unlaid;
  if (walk_->tables().empty() && not_comparable_.empty())
    co_return Error{
        fmt::format("database {}: blue publishes no such table", database_.name),
        options_.tables.empty() ? "run `cutover prepare`" : "spell --table as in the catalogue"};
  co_return std::nullopt;
}

void Verification::tell_progress() {
  const auto now = std::chrono::steady_clock::now();
  if (!options_.progress || now - told_at_ < options_.progress_interval) return;
  told_at_ = now;
  VerifyProgress progress;
  progress.database = database_.name;
  progress.recent_rows = recent_rows_;
  for (const auto& walked : walk_->tables()) {
    ++progress.tables;
    if (walked.progress.done || walked.failure) ++progress.tables_done;
    progress.rows += walked.progress.rows;
    progress.estimated_rows += std::max(walked.table.estimated_rows, walked.progress.rows);
    progress.differences += differences_[walked.table.name].size();
  }
  options_.progress(progress);
}

void Verification::keep(const Piece& piece, const PieceVerdict& verdict) {
  auto& walked = walk_->tables()[piece.table];
  const auto& name = walked.table.name;
  for (const auto& difference : verdict.settled.differences) {
    differences_[name][difference.key] = difference.kind;
    const auto saved = record_.save_difference(scope_, name, difference.key, difference.kind);
    if (!saved) broken_ = saved.error();
  }
  if (piece.kind == PieceKind::recent) recent_rows_ += verdict.rows;
  walk_->finish(piece, {verdict.rows, verdict.looked_again, verdict.settled.unsettled.size()});
  const auto saved = record_.save(scope_, name, walked.progress);
  if (!saved) broken_ = saved.error();
  if (differences_[name].size() >= options_.settle.most_differences)
    walk_->fail(piece.table, {fmt::format("{} or more rows differ: the rest was not compared",
                                          options_.settle.most_differences),
                              "fill this table of green anew, then verify again"});
  tell_progress();
}

/// What was found before the interruption.
Task<void> Verification::look_again() {
  for (std::size_t i = 0; i < walk_->tables().size(); ++i) {
    auto& walked = walk_->tables()[i];
    auto& found = differences_[walked.table.name];
    if (found.empty()) continue;
    LookAgain work{planner_, watch_, record_, scope_, options_.settle};
    const auto failed = co_await look_again_at(walked, found, work);
    if (failed) walk_->fail(i, *failed);
  }
}

Task<void> Verification::compare(Piece piece, VerifyPair& pair) {
  const auto table = walk_->tables()[piece.table].table;
  PieceWork work{pair, watch_, {}, options_.settle, options_.patience};
  for (const auto& each : database_.subscriptions) work.publications.push_back(each.publication);
  const auto verdict = co_await compare_piece(table, piece, work);
  if (verdict) {
    keep(piece, *verdict);
  } else {
    walk_->fail(piece.table, Error(verdict.error()));
  }
}

Task<void> Verification::work() {
  VerifyPair pair(on_blue(), on_green());
  while (!broken_) {
    std::optional<Piece> piece;
    {
      const auto held = co_await turn_.acquire();
      piece = co_await walk_->next(planner_.blue);
    }
    if (!piece) co_return;
    if (walk_->tables()[piece->table].failure) continue;
    co_await compare(*piece, pair);
  }
}

Task<TableVerdict> Verification::verdict_of(std::size_t table) {
  const auto& walked = walk_->tables()[table];
  TableVerdict verdict;
  verdict.table = walked.table;
  verdict.rows = walked.progress.rows;
  verdict.chunks = walked.progress.chunks;
  verdict.looked_again = walked.progress.looked_again;
  verdict.failure = walked.failure;
  verdict.unsettled = walked.progress.unsettled;
  const auto& found = differences_[walked.table.name];
  verdict.differences = found.size();
  for (const auto& [key, kind] : found)
    if (verdict.shown.size() < options_.most_shown) verdict.shown.push_back({key, kind, {}, {}});
  if (!options_.show_data || verdict.shown.empty()) co_return verdict;
  const auto unreadable = co_await add_data(planner_, verdict);
  if (unreadable && !verdict.failure) verdict.failure = unreadable;
  co_return verdict;
}

Task<VerifyReport> Verification::run() {
  VerifyReport report;
  report.database = database_.name;
  const auto not_begun = co_await begin(report);
  if (not_begun) {
    report.error = *not_begun;
    co_return report;
  }
  co_await look_again();
  std::vector<Task<void>> workers;
  for (std::uint32_t i = 0; i < std::max(1U, options_.jobs); ++i) workers.push_back(work());
  co_await gather(std::move(workers));
  report.tables = std::move(not_comparable_);
  bool complete = true;
  for (std::size_t i = 0; i < walk_->tables().size(); ++i) {
    auto verdict = co_await verdict_of(i);
    complete = complete && (!verdict.failure || verdict.differences > 0);
    report.tables.push_back(std::move(verdict));
  }
  std::sort(report.tables.begin(), report.tables.end(),
            [](const auto& one, const auto& other) { return one.table.label < other.table.label; });
  report.held_back = watch_.held_back();
  report.error = broken_;
  if (complete && !broken_) {
    const auto ended = record_.end(scope_);
    if (!ended) report.error = ended.error();
  }
  co_return report;
}

}  // namespace

Task<VerifyReport> verify_database(boost::asio::any_io_executor executor, DatabaseConfig database,
                                   VerifyOptions options) {
  VerifyReport report;
  report.database = database.name;
  auto record = VerifyRecord::open(options.state_dir);
  if (!record) {
    report.error = record.error();
    co_return report;
  }
  Verification verification(executor, std::move(database), std::move(options), std::move(*record));
  report = co_await verification.run();
  co_return report;
}

}  // namespace cutover
