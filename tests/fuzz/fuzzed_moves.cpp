#include "tests/fuzz/fuzzed_moves.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace cutover::fuzz {
namespace {

using ini::Entry;
using ini::Move;

struct Route {
  const char* host;
  const char* port;
};

constexpr Route routes[] = {{"green.internal", "5432"}, {"green.internal", ""},
                            {"10.0.0.7", "6543"},       {"it's green", "6543"},
                            {"/run/green", "5432"},     {"g1,g2", "1"}};

std::uint64_t hash_of(const std::string& text, std::uint64_t hash = 0xcbf29ce484222325) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

bool is_written_as_is(const ini::Parameter& parameter, const std::string& shown) {
  const auto quoting = parameter.is_quoted ? ini::Quoting::always : ini::Quoting::where_needed;
  const auto written = ini::write_value(shown, quoting);
  if (!written || parameter.value != shown) return false;
  const bool gets_quotes = written->front() == '\'' && written->size() > 1;
  return gets_quotes == parameter.is_quoted;
}

bool stands_unquoted(const std::string& host) {
  const auto written = ini::write_value(host, ini::Quoting::where_needed);
  return written && *written == host;
}

bool comes_back(const Entry& entry, const Move& move) {
  const auto* host = ini::find_parameter(entry.parameters, "host");
  const auto* port = ini::find_parameter(entry.parameters, "port");
  if (host == nullptr || !is_written_as_is(*host, entry.host)) return false;
  if (!host->is_quoted && !stands_unquoted(move.to_host)) return false;
  if (port == nullptr) return ini::port_number(move.to_port) == entry.port;
  return is_written_as_is(*port, entry.port);
}

}  // namespace

std::vector<Move> moves_for(const ini::ConfigFiles& config) {
  return moves_for(config, config.files.front().document.text);
}

std::vector<Move> moves_for(const ini::ConfigFiles& config, const std::string& chosen_by) {
  const auto seed = hash_of(chosen_by);
  std::vector<Move> moves;
  for (const Entry& entry : ini::effective_entries(config)) {
    const auto hash = hash_of(entry.name, seed) >> 16;
    if (hash % 2 == 0) continue;
    const Route& to = routes[hash / 2 % std::size(routes)];
    moves.push_back({entry.name, entry.host, entry.port, to.host, to.port});
  }
  return moves;
}

std::vector<Move> reversed(const std::vector<Move>& moves) {
  std::vector<Move> back;
  for (const Move& move : moves) {
    back.push_back(
        {move.entry, move.to_host, ini::port_number(move.to_port), move.from_host, move.from_port});
  }
  return back;
}

bool is_restored_to_the_byte(const ini::ConfigFiles& config, const std::vector<Move>& moves) {
  return std::all_of(moves.begin(), moves.end(), [&](const Move& move) {
    const Entry* entry = ini::find_entry(config, move.entry);
    return entry != nullptr && comes_back(*entry, move);
  });
}

}  // namespace cutover::fuzz
