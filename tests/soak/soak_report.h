// What a soak came to: a line of CSV for every round, a page of Markdown, and what grew.
#pragma once

#include <string>
#include <vector>

#include "tests/soak/soak_round.h"
#include "tests/support/load/load_verdict.h"

namespace cutover::soak {

struct Soak {
  double minutes = 0;
  unsigned long seed = 0;
  std::string commit;
  std::string date;
  std::vector<Round> rounds = {};
  support::LoadVerdict verdict = {};
};

std::string to_csv(const std::vector<Round>& rounds);
std::string to_markdown(const Soak& soak);

/// What grew from the first quarter of the rounds to the last by more than chance, in words; and
/// every promise that was broken. Empty: all is well.
std::vector<std::string> what_is_wrong(const Soak& soak);

}  // namespace cutover::soak
