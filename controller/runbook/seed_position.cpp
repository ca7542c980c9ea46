#include "controller/runbook/seed_position.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "controller/runbook/phase_tables.h"
#include "controller/runbook/replication_names.h"
#include "controller/runbook/server_log.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_literal;

constexpr const char* aurora_sql =
    "SELECT to_regprocedure('aurora_volume_logical_start_lsn()') IS NOT NULL AS there";

Result<Seed> seed_of(const std::string& text, std::string source) {
  const auto lsn = parse_lsn(text);
  if (!lsn) return lsn.error();
  return Seed{to_text(*lsn), std::move(source)};
}

Result<Seed> seed_from_log(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return Error{"cannot read " + path.string(), "--log wants a file on this machine"};
  std::stringstream text;
  text << file.rdbuf();
  const auto end = end_of_recovery(text.str());
  if (!end) return Error{path.string() + ": " + end.error().what, end.error().hint};
  return Seed{to_text(*end), "server log " + path.string()};
}

Task<Result<Seed>> seed_of_aurora(ServerSession& green) {
  const auto rows = co_await green.query("SELECT aurora_volume_logical_start_lsn() AS lsn");
  if (!rows) co_return Error(rows.error());
  co_return seed_of(rows->text(0, "lsn"), "aurora_volume_logical_start_lsn()");
}

// What crash recovery replays is shown like what a standby replays, and a server that was started
// without either shows nothing.
Task<Result<Seed>> replay_position(ServerSession& green) {
  const auto rows = co_await green.query("SELECT pg_last_wal_replay_lsn() AS lsn");
  if (!rows) co_return Error(rows.error());
  if (rows->at(0, "lsn")) co_return seed_of(rows->text(0, "lsn"), "replay position");
  co_return Error{
      green.place() +
          ": it does not know any more where its recovery ended: it was restarted since",
      "find \"invalid record length at\" in the log of its first start and give the file as --log, "
      "or the position as --lsn"};
}

}  // namespace

Task<Result<std::optional<Seed>>> recorded_seed(ServerSession& green) {
  const auto there = co_await green.query(has_table_sql("seed"));
  if (!there) co_return Error(there.error());
  if (there->text(0, "there") != "t") co_return std::optional<Seed>();
  const auto rows =
      co_await green.query("SELECT lsn, source FROM cutover.seed WHERE side = 'green'");
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return std::optional<Seed>();
  co_return std::optional<Seed>(Seed{rows->text(0, "lsn"), rows->text(0, "source")});
}

Task<Outcome> record_seed(ServerSession& green, Seed seed) {
  const auto written = co_await green.script(
      phase_tables_sql() +
      fmt::format("INSERT INTO cutover.seed VALUES ('green', {}, {}, clock_timestamp()) "
                  "ON CONFLICT (side) DO UPDATE SET lsn = excluded.lsn, source = excluded.source, "
                  "found_at = excluded.found_at",
                  quote_literal(seed.lsn), quote_literal(seed.source)));
  co_return written ? done(seed.lsn + ", " + seed.source) : outcome_of_failure(written.error());
}

Task<Result<Seed>> find_seed(ServerSession& green, SeedWish wish) {
  if (!wish.lsn.empty()) co_return seed_of(wish.lsn, "given by hand");
  if (!wish.log.empty()) co_return seed_from_log(wish.log);
  const auto recorded = co_await recorded_seed(green);
  if (!recorded) co_return recorded.error();
  if (*recorded) co_return **recorded;
  const auto aurora = co_await green.query(aurora_sql);
  if (!aurora) co_return Error(aurora.error());
  if (aurora->text(0, "there") == "t") {
    const auto found = co_await seed_of_aurora(green);
    co_return found;
  }
  const auto found = co_await replay_position(green);
  co_return found;
}

Task<Outcome> seed_fits(const PhaseSight& sight, Seed seed) {
  const auto rows = co_await sight.blue.query(fmt::format(
      "SELECT slot_name, confirmed_flush_lsn, confirmed_flush_lsn <= {0}::pg_lsn AS after_slot, "
      "{0}::pg_lsn <= pg_current_wal_insert_lsn() AS before_end, "
      "pg_current_wal_insert_lsn() AS at_end "
      "FROM pg_replication_slots WHERE slot_name IN ({1})",
      quote_literal(seed.lsn), list_of_literals(slots_of(sight.database))));
  if (!rows) co_return outcome_of_failure(rows.error());
  if (rows->empty()) co_return refused(sight.blue.place() + ": no slot", "run `cutover prepare`");
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (rows->text(i, "after_slot") != "t")
      co_return refused(
          fmt::format("{}: slot {} begins at {}, after the seed {} ({}): what was written between "
                      "them would be missing on green",
                      sight.blue.place(), rows->text(i, "slot_name"),
                      rows->text(i, "confirmed_flush_lsn"), seed.lsn, seed.source),
          "clone green again: the slot has to be older than the clone");
    if (rows->text(i, "before_end") != "t")
      co_return refused(fmt::format("{}: the seed {} ({}) is after its end {}", sight.blue.place(),
                                    seed.lsn, seed.source, rows->text(i, "at_end")),
                        "it is no position of this blue; look where it comes from");
  }
  co_return done(fmt::format("{}, {}", seed.lsn, seed.source));
}

}  // namespace cutover
