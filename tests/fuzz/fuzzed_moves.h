// Which entries of a fuzzed configuration move where: chosen by its bytes, so that one input is one
// case for the fuzzer and for a real PgBouncer.
#pragma once

#include <string>
#include <vector>

#include "agent/ini/edit.h"

namespace cutover::fuzz {

/// About half of the entries, to hosts and ports that need quotes or not.
std::vector<ini::Move> moves_for(const ini::ConfigFiles& config);
/// Where the configuration holds more than the input: paths and ports are others in each run.
std::vector<ini::Move> moves_for(const ini::ConfigFiles& config, const std::string& chosen_by);

/// The way back of `moves`.
std::vector<ini::Move> reversed(const std::vector<ini::Move>& moves);

/// True when every byte must come back: what was there is written as the editor would write it, and
/// nothing had to be added.
bool is_restored_to_the_byte(const ini::ConfigFiles& config, const std::vector<ini::Move>& moves);

}  // namespace cutover::fuzz
