// The state of every sequence: declared in sequences.h. Each state is a row of a relation of its
// own, and what it costs to plan a UNION over them is paid once, before anybody waits: from then on
// one function tells all values that were handed out, in 4 µs each, and only the sequences that
// never handed one out are looked at, in 16 µs each.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <sstream>
#include <utility>

#include "common/base/number.h"
#include "controller/servers/listed_sequences.h"
#include "controller/servers/schema.h"
#include "controller/servers/sequences.h"

namespace cutover {
namespace {

using postgres::Rows;
using SequenceStates = std::vector<SequenceState>;
using Results = std::vector<Rows>;
using Places = std::vector<std::size_t>;  ///< in the list

/// Of sequences that one statement looks at: PostgreSQL 13 plans 400 of them four times as long,
/// each.
constexpr std::size_t per_statement = 200;
/// An EXECUTE copies the whole text that its PREPARE came in.
constexpr std::size_t statements_per_text = 2;

/// Which sequences there are, each with its name: values are told apart by their place alone.
/// hashint8 mixes both halves of its argument; functions of hash indexes cost half of any text.
std::string signature_sql() {
  return fmt::format(
      "SELECT concat_ws('/', count(*), "
      "sum(hashint8(c.oid::bigint << 32 # hashname(c.relname))::bigint), "
      "sum(hashint8(c.oid::bigint << 32 # hashname(n.nspname))::bigint), "
      "sum(hashint8(c.oid::bigint << 32 # s.seqincrement)::bigint), "
      "sum(hashoid(c.oid)::bigint) FILTER (WHERE s.seqcycle)) AS signature {}",
      listed_sequences_sql);
}

std::string list_sql() {
  return fmt::format(
      "SELECT c.oid, n.nspname, c.relname, s.seqincrement < 0 AS descends, s.seqcycle AS cycles {} "
      "ORDER BY c.oid",
      listed_sequences_sql);
}

/// Empty: never handed out since it was made, set or restarted.
std::string values_sql(const SequenceReading& reading) {
  std::string oids;
  for (const auto place : reading.called)
    oids += fmt::format("{}{}", oids.empty() ? "" : ",", reading.oids[place]);
  return fmt::format(
      "SELECT string_agg(coalesce(pg_sequence_last_value(oid)::text, ''), ',' ORDER BY place) "
      "AS values FROM unnest('{{{}}}'::oid[]) WITH ORDINALITY AS called(oid, place)",
      oids);
}

/// `list[place]` as a row that begins with the place.
std::string select_states(const SequenceStates& list, std::span<const std::size_t> places) {
  std::string sql;
  for (const auto place : places)
    sql += fmt::format("{}SELECT {} AS place, last_value, is_called FROM {}",
                       sql.empty() ? "" : " UNION ALL ", place, list[place].name);
  return sql;
}

std::vector<std::span<const std::size_t>> parts_of(const Places& places) {
  std::vector<std::span<const std::size_t>> parts;
  const std::span<const std::size_t> all(places);
  for (std::size_t first = 0; first < all.size(); first += per_statement)
    parts.push_back(all.subspan(first, std::min(per_statement, all.size() - first)));
  return parts;
}

/// Of the results of select_states(), from `first` on, into the list; how many there were.
std::size_t take_states(const Results& results, std::size_t first, SequenceStates& list) {
  std::size_t taken = 0;
  for (std::size_t part = first; part < results.size(); ++part) {
    const auto& rows = results[part];
    for (std::size_t row = 0; row < rows.size(); ++row, ++taken) {
      auto& state = list.at(number_in_answer<std::size_t>(*rows.at(row, 0)));
      state.last_value = number_in_answer<std::int64_t>(*rows.at(row, 1));
      state.is_called = rows.at(row, 2) == "t";
    }
  }
  return taken;
}

/// Of values_sql(), into the list; the places that have no value any more.
Places take_values(const std::string& values, const Places& called, SequenceStates& list) {
  Places restarted;
  std::istringstream stream(values);
  for (const auto place : called) {
    std::string value;
    std::getline(stream, value, ',');
    if (value.empty()) {
      restarted.push_back(place);
    } else {
      list[place].last_value = number_in_answer<std::int64_t>(value);
      list[place].is_called = true;
    }
  }
  return restarted;
}

Task<Result<void>> look_at(ServerSession& session, const Places& places, SequenceStates& list) {
  if (places.empty()) co_return Result<void>();
  std::string sql;
  for (const auto part : parts_of(places)) sql += select_states(list, part) + "; ";
  const auto results = co_await session.script(sql);
  if (!results) co_return Error(results.error());
  if (take_states(*results, 0, list) != places.size())
    co_return Error{session.place() + ": the states of some sequences did not arrive"};
  co_return Result<void>();
}

std::string read_again_sql(const SequenceReading& reading) {
  // The function waits for whoever alters a sequence; reading them whole does not.
  std::string sql =
      "SELECT set_config('lock_timeout', '20ms', true); EXECUTE cutover_signature; "
      "EXECUTE cutover_values";
  for (std::size_t part = 0; part < parts_of(reading.uncalled).size(); ++part)
    sql += fmt::format("; EXECUTE cutover_uncalled_{}", part);
  return sql;
}

/// Nothing when they have to be read whole: some were created, dropped, renamed or are being
/// altered, or the session that prepared was lost.
Task<Result<std::optional<SequenceStates>>> read_again(ServerSession& session,
                                                       const SequenceReading& reading) {
  const auto results = co_await session.script(read_again_sql(reading));
  if (!results && results.error().lost) co_return Error(results.error());
  if (!results || (*results)[1].text(0, "signature") != reading.signature) co_return std::nullopt;
  auto states = reading.list;
  if (take_states(*results, 3, states) != reading.uncalled.size()) co_return std::nullopt;
  const auto restarted = take_values((*results)[2].text(0, "values"), reading.called, states);
  const auto looked = co_await look_at(session, restarted, states);
  if (!looked) co_return std::nullopt;
  co_return std::move(states);
}

SequenceReading reading_of(const Rows& rows) {
  SequenceReading reading;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    reading.oids.push_back(number_in_answer<std::uint32_t>(rows.text(row, "oid")));
    reading.list.push_back({quoted_name(rows.text(row, "nspname"), rows.text(row, "relname")),
                            rows.text(row, "descends") == "t", rows.text(row, "cycles") == "t"});
  }
  return reading;
}

Task<Result<void>> prepare_to_read_again(ServerSession& session, SequenceReading& reading) {
  for (std::size_t place = 0; place < reading.list.size(); ++place)
    (reading.list[place].is_called ? reading.called : reading.uncalled).push_back(place);
  auto sql = "DEALLOCATE ALL; PREPARE cutover_signature AS " + signature_sql() +
             "; PREPARE cutover_values AS " + values_sql(reading);
  const auto parts = parts_of(reading.uncalled);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (part % statements_per_text == 0) {
      const auto prepared = co_await session.script(std::exchange(sql, std::string()));
      if (!prepared) co_return Error(prepared.error());
    }
    sql += fmt::format("; PREPARE cutover_uncalled_{} AS {}", part,
                       select_states(reading.list, parts[part]));
  }
  const auto prepared = co_await session.script(sql);
  if (!prepared) co_return Error(prepared.error());
  co_return Result<void>();
}

Task<Result<SequenceStates>> read_whole(ServerSession& session, SequenceReading& kept) {
  kept = {};
  // The signature first: what changes behind it makes the next reading a whole one.
  const auto seen = co_await session.script(signature_sql() + "; " + list_sql());
  if (!seen) co_return Error(seen.error());
  auto reading = reading_of(seen->back());
  Places everywhere(reading.list.size());
  std::iota(everywhere.begin(), everywhere.end(), std::size_t{0});
  const auto looked = co_await look_at(session, everywhere, reading.list);
  if (!looked) co_return looked.error();
  const auto prepared = co_await prepare_to_read_again(session, reading);
  if (!prepared) co_return prepared.error();
  reading.signature = seen->front().text(0, "signature");
  kept = std::move(reading);
  co_return kept.list;
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
