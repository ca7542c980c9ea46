// What is to go wrong in a scenario: which call of which step, and in which way.
#pragma once

#include <string>
#include <vector>

namespace cutover::scenarios {

enum class Way {
  refused,       ///< on a fleet: the last agent refuses, the others do it
  request_lost,  ///< in doubt, no effect
  reply_lost,    ///< in doubt, but the effect holds
  partial,       ///< on a fleet: the first agent does it, nobody heard of the others
  throws,
  hangs,        ///< no effect and no answer, until it is cancelled
  hangs_after,  ///< the effect holds, and no answer
};
inline constexpr Way all_ways[] = {Way::refused, Way::request_lost, Way::reply_lost, Way::partial,
                                   Way::throws,  Way::hangs,        Way::hangs_after};
const char* name_of(Way way);

/// A call of the fleet, made by a step or by its undo.
struct Site {
  std::string step;
  bool is_undo = false;
  std::string call;

  auto operator<=>(const Site&) const = default;
  /// An empty step stands for any.
  bool covers(const Site& other) const;
};

struct Fault {
  Site site;
  Way way = Way::refused;
  int times = 1;              ///< how often; `always` for ever
  bool blinds_looks = false;  ///< from then on, every look this step takes finds out nothing

  static constexpr int always = 1'000'000;
};

std::string to_text(const Fault& fault);

}  // namespace cutover::scenarios
