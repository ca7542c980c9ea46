// The state of every sequence: declared in sequences.h. Each state is a row of a relation of its
// own, and a UNION over 300 of them is planned in 40 ms. A session reads them like that once; from
// then on one function tells all values that were handed out, and only the others are looked at.
#include <fmt/format.h>

#include <map>
#include <sstream>
#include <tuple>

#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/servers/sequences.h"

namespace cutover {
namespace {

using postgres::Rows;
using SequenceStates = std::vector<SequenceState>;
using Scripted = postgres::Answer<std::vector<Rows>>;

constexpr std::size_t per_statement = 400;  ///< a longer UNION overflows the planner's stack

constexpr const char* listed = R"(
FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('cutover', 'pg_catalog', 'information_schema'))";

/// Which sequences there are, each with its name: values are told apart by their place alone.
std::string signature_sql() {
  return fmt::format(
      "SELECT concat_ws('/', count(*), sum(hashtext(concat_ws(' ', c.oid, quote_ident(n.nspname), "
      "quote_ident(c.relname), s.seqincrement, s.seqcycle))::bigint)) AS signature {}",
      listed);
}

std::string list_sql() {
  return fmt::format(
      "SELECT n.nspname, c.relname, s.seqincrement < 0 AS descends, s.seqcycle AS cycles {} "
      "ORDER BY c.oid",
      listed);
}

/// Empty: never handed out since it was made, set or restarted.
std::string values_sql() {
  return fmt::format(
      "SELECT ({}) AS signature, "
      "string_agg(coalesce(pg_sequence_last_value(c.oid)::text, ''), ',' ORDER BY c.oid) AS values "
      "{}",
      signature_sql(), listed);
}

/// Their states in as few statements as can be planned, each begun with what `begin` says.
template <class Begin>
std::string select_states(const SequenceStates& wanted, Begin begin) {
  std::string sql;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool first = i % per_statement == 0;
    sql += first ? "; " + begin(i / per_statement) : " UNION ALL ";
    sql += fmt::format("SELECT {} AS name, last_value, is_called FROM {}",
                       postgres::quote_literal(wanted[i].name), wanted[i].name);
  }
  return sql;
}

using Position = std::pair<std::int64_t, bool>;
using Positions = std::map<std::string, Position>;

/// Of the results of select_states(), which follow the first `skipped` ones.
Positions positions_in(const std::vector<Rows>& results, std::size_t skipped) {
  Positions positions;
  for (std::size_t part = skipped; part < results.size(); ++part) {
    const auto& rows = results[part];
    for (std::size_t i = 0; i < rows.size(); ++i)
      positions[rows.text(i, "name")] = {number_in_answer<std::int64_t>(rows.text(i, "last_value")),
                                         rows.text(i, "is_called") == "t"};
  }
  return positions;
}

bool take(const Positions& positions, SequenceState* state) {
  const auto found = positions.find(state->name);
  if (found == positions.end()) return false;
  std::tie(state->last_value, state->is_called) = found->second;
  return true;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text + ",");
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

SequenceStates uncalled_of(const SequenceStates& states) {
  SequenceStates uncalled;
  for (const auto& state : states)
    if (!state.is_called) uncalled.push_back(state);
  return uncalled;
}

std::string read_again_sql(const SequenceReading& reading) {
  // The function waits for whoever alters a sequence; reading them whole does not.
  std::string sql = "SELECT set_config('lock_timeout', '20ms', true); EXECUTE cutover_values";
  for (std::size_t part = 0; part < reading.uncalled_parts; ++part)
    sql += fmt::format("; EXECUTE cutover_uncalled_{}", part);
  return sql;
}

/// Nothing when they have to be read whole: some were created, dropped, renamed or restarted.
std::optional<SequenceStates> states_again(const SequenceReading& reading,
                                           const std::vector<Rows>& results) {
  if (results[1].text(0, "signature") != reading.signature) return std::nullopt;
  if (reading.list.empty()) return reading.list;
  const auto values = split(results[1].text(0, "values"));
  if (values.size() != reading.list.size()) return std::nullopt;
  const auto uncalled = positions_in(results, 2);
  auto states = reading.list;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!values[i].empty()) {
      states[i].last_value = number_in_answer<std::int64_t>(values[i]);
      states[i].is_called = true;
    } else if (!take(uncalled, &states[i])) {
      return std::nullopt;
    }
  }
  return states;
}

/// Nothing as well when the session that prepared was lost.
Task<Result<std::optional<SequenceStates>>> read_again(ServerSession& session,
                                                       const SequenceReading& reading) {
  const auto results = co_await session.script(read_again_sql(reading));
  if (!results && results.error().lost) co_return Error(results.error());
  if (!results) co_return std::nullopt;
  co_return states_again(reading, *results);
}

SequenceStates list_of(const Rows& rows) {
  SequenceStates list;
  for (std::size_t row = 0; row < rows.size(); ++row)
    list.push_back({quoted_name(rows.text(row, "nspname"), rows.text(row, "relname")),
                    rows.text(row, "descends") == "t", rows.text(row, "cycles") == "t"});
  return list;
}

Task<Result<void>> prepare_to_read_again(ServerSession& session, SequenceReading& reading) {
  const auto uncalled = uncalled_of(reading.list);
  reading.uncalled_parts = (uncalled.size() + per_statement - 1) / per_statement;
  const auto sql = "DEALLOCATE ALL; PREPARE cutover_values AS " + values_sql() +
                   select_states(uncalled, [](std::size_t part) {
                     return fmt::format("PREPARE cutover_uncalled_{} AS ", part);
                   });
  const auto prepared = co_await session.script(sql);
  if (!prepared) co_return Error(prepared.error());
  co_return Result<void>();
}

Task<Result<SequenceStates>> read_whole(ServerSession& session, SequenceReading& reading) {
  reading = {};
  // The signature first: what changes behind it makes the next reading a whole one.
  const auto seen = co_await session.script(signature_sql() + "; " + list_sql());
  if (!seen) co_return Error(seen.error());
  auto list = list_of(seen->back());
  const auto selects = select_states(list, [](std::size_t) { return std::string(); });
  const auto results = co_await session.script("SELECT" + selects);
  if (!results) co_return Error(results.error());
  const auto positions = positions_in(*results, 1);
  for (auto& state : list)
    if (!take(positions, &state))
      co_return Error{session.place() + ": sequences were created or dropped just now"};
  reading.list = list;
  const auto prepared = co_await prepare_to_read_again(session, reading);
  if (!prepared) co_return prepared.error();
  reading.signature = seen->front().text(0, "signature");
  co_return list;
}

}  // namespace

Task<Result<SequenceStates>> read_sequences(ServerSession& session, SequenceReading& reading) {
  if (!reading.signature.empty() && session.is_open()) {
    auto known = co_await read_again(session, reading);
    if (!known) co_return known.error();
    if (*known) co_return std::move(**known);
  }
  auto states = co_await read_whole(session, reading);
  co_return std::move(states);
}

}  // namespace cutover
