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

constexpr const char* or_give_it =
    "find \"invalid record length at\" in the log of its first start and give the file as --log, "
    "or the position as --lsn";

constexpr const char* timeline_sql =
    "SELECT ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint "
    "AS timeline";

// A process that ends badly makes the server recover once more, while the postmaster stays. From 15
// on the checkpointer is the first to be started beside it.
constexpr const char* replayed_sql = R"(
SELECT pg_last_wal_replay_lsn() AS lsn,
       current_setting('server_version_num')::int >= 150000 AND EXISTS (
         SELECT FROM pg_stat_activity WHERE backend_type = 'checkpointer'
         AND backend_start > pg_postmaster_start_time() + interval '5 s') AS crashed)";

constexpr const char* branch_sql = R"(
SELECT split_part(line, E'\t', 2) AS lsn
FROM regexp_split_to_table(pg_read_file('pg_wal/' || lpad(upper(to_hex({})), 8, '0') || '.history'),
                           E'\n') AS line
WHERE split_part(line, E'\t', 1) = '{}')";

Task<Result<std::int64_t>> timeline_of(ServerSession& server) {
  const auto rows = co_await server.query(timeline_sql);
  if (!rows) co_return Error(rows.error());
  co_return static_cast<std::int64_t>(number_of(rows->text(0, "timeline")));
}

/// A promoted green left blue's WAL where its new timeline begins, which it keeps in a file. What
/// it replayed last may be more: after a crash, WAL of its own.
Task<Result<Seed>> promoted_position(ServerSession& green, std::int64_t blues,
                                     std::int64_t greens) {
  const auto rows = co_await green.query(fmt::format(branch_sql, greens, blues));
  if (rows && !rows->empty())
    co_return seed_of(rows->text(0, "lsn"), fmt::format("end of timeline {}", blues));
  co_return Error{
      fmt::format(
          "{}: its WAL is on timeline {}, blue's on {}, and where the one left the other {}",
          green.place(), greens, blues,
          rows ? "its history does not tell" : "cannot be read: " + rows.error().what),
      std::string(or_give_it) + (rows ? "" : "; a user who may call pg_read_file can read it")};
}

// What crash recovery replays is shown like what a standby replays, and a server that was started
// without either shows nothing.
Task<Result<Seed>> replayed_position(ServerSession& green) {
  const auto rows = co_await green.query(replayed_sql);
  if (!rows) co_return Error(rows.error());
  if (!rows->at(0, "lsn"))
    co_return Error{green.place() +
                        ": it does not know any more where its recovery ended: it was restarted "
                        "since",
                    or_give_it};
  if (rows->text(0, "crashed") == "t")
    co_return Error{green.place() +
                        ": it crashed since it was started, and what it replayed last is WAL of "
                        "its own",
                    or_give_it};
  auto seed = seed_of(rows->text(0, "lsn"), "replay position");
  if (seed)
    seed->caution =
        "; wrong if green crashed after its first start: then give the log of that start as --log, "
        "and in any case run `cutover verify` once green follows";
  co_return seed;
}

Task<Result<Seed>> own_position(ServerSession& blue, ServerSession& green) {
  const auto blues = co_await timeline_of(blue);
  if (!blues) co_return blues.error();
  const auto greens = co_await timeline_of(green);
  if (!greens) co_return greens.error();
  if (*blues != *greens) {
    const auto promoted = co_await promoted_position(green, *blues, *greens);
    co_return promoted;
  }
  const auto replayed = co_await replayed_position(green);
  co_return replayed;
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

Task<Result<Seed>> find_seed(ServerSession& blue, ServerSession& green, SeedWish wish) {
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
  const auto found = co_await own_position(blue, green);
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
  co_return done(fmt::format("{}, {}{}", seed.lsn, seed.source, seed.caution));
}

}  // namespace cutover
