// The state of every sequence in one round trip: declared in sequences.h. Each state is a row of a
// relation of its own; a UNION over 300 of them is planned in 40 ms and runs in 2, so it is
// prepared once per session and the session's list of sequences is compared each time.
#include <fmt/format.h>

#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/servers/sequences.h"

namespace cutover {
namespace {

using postgres::Rows;
using SequenceStates = std::vector<SequenceState>;

constexpr std::size_t per_statement = 400;  ///< a longer UNION overflows the planner's stack

constexpr const char* listed = R"(
FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('cutover', 'pg_catalog', 'information_schema'))";

/// Sums instead of a text: it is asked inside the pause.
std::string signature_sql() {
  return fmt::format(
      "SELECT concat_ws('/', count(*), sum(c.oid::bigint), "
      "sum(hashtext(c.relname::text)), "
      "sum(c.relnamespace::bigint), sum(s.seqincrement), "
      "count(*) FILTER (WHERE s.seqcycle)) "
      "AS signature {}",
      listed);
}

std::string list_sql() {
  return fmt::format(
      "SELECT n.nspname, c.relname, s.seqincrement < 0 AS "
      "descends, s.seqcycle AS cycles {} "
      "ORDER BY c.oid",
      listed);
}

std::string select_one(const Rows& list, std::size_t row) {
  const auto name = quoted_name(list.text(row, "nspname"), list.text(row, "relname"));
  return fmt::format(
      "SELECT {} AS name, {} AS descends, {} AS cycles, "
      "last_value, is_called FROM {}",
      postgres::quote_literal(name), list.text(row, "descends") == "t",
      list.text(row, "cycles") == "t", name);
}

std::string prepare_sql(const Rows& list) {
  std::string sql = "DEALLOCATE ALL";
  for (std::size_t row = 0; row < list.size(); ++row) {
    const bool first = row % per_statement == 0;
    sql += first ? fmt::format("; PREPARE cutover_sequences_{} AS ", row / per_statement)
                 : " UNION ALL ";
    sql += select_one(list, row);
  }
  return sql;
}

std::string execute_sql(std::size_t parts) {
  std::string sql = signature_sql();
  for (std::size_t part = 0; part < parts; ++part)
    sql += fmt::format("; EXECUTE cutover_sequences_{}", part);
  return sql;
}

SequenceStates states_of(const std::vector<Rows>& results) {
  SequenceStates states;
  for (std::size_t part = 1; part < results.size(); ++part) {
    const auto& rows = results[part];
    for (std::size_t i = 0; i < rows.size(); ++i)
      states.push_back({rows.text(i, "name"), rows.text(i, "descends") == "t",
                        rows.text(i, "cycles") == "t",
                        number_in_answer<std::int64_t>(rows.text(i, "last_value")),
                        rows.text(i, "is_called") == "t"});
  }
  return states;
}

/// Nothing when the prepared statements are of another list, or of a session that was lost.
Task<Result<std::optional<SequenceStates>>> read_prepared(ServerSession& session,
                                                          const SequenceReading& reading) {
  const auto results = co_await session.script(execute_sql(reading.parts));
  if (!results && results.error().lost) co_return Error(results.error());
  if (!results) co_return std::nullopt;
  if (results->front().text(0, "signature") != reading.signature) co_return std::nullopt;
  co_return states_of(*results);
}

Task<Result<SequenceStates>> prepare_and_read(ServerSession& session, SequenceReading& reading) {
  const auto list = co_await session.query(list_sql());
  if (!list) co_return Error(list.error());
  const auto prepared = co_await session.script(prepare_sql(*list));
  if (!prepared) co_return Error(prepared.error());
  reading.parts = (list->size() + per_statement - 1) / per_statement;
  const auto results = co_await session.script(execute_sql(reading.parts));
  if (!results) co_return Error(results.error());
  reading.signature = results->front().text(0, "signature");
  auto states = states_of(*results);
  if (states.size() == list->size()) co_return states;
  co_return Error{session.place() + ": sequences were created or dropped just now"};
}

}  // namespace

Task<Result<SequenceStates>> read_sequences(ServerSession& session, SequenceReading& reading) {
  if (!reading.signature.empty() && session.is_open()) {
    auto known = co_await read_prepared(session, reading);
    if (!known) co_return known.error();
    if (*known) co_return std::move(**known);
  }
  auto states = co_await prepare_and_read(session, reading);
  co_return std::move(states);
}

}  // namespace cutover
