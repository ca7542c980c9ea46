#include "tests/scenarios/script.h"

#include <fmt/format.h>

namespace cutover::scenarios {

const char* name_of(Way way) {
  switch (way) {
    case Way::refused:
      return "refused";
    case Way::request_lost:
      return "request lost";
    case Way::reply_lost:
      return "reply lost";
    case Way::partial:
      return "partial";
    case Way::throws:
      return "throws";
    case Way::hangs:
      return "hangs";
    case Way::hangs_after:
      return "hangs after its effect";
  }
  return "?";
}

bool Site::covers(const Site& other) const {
  return call == other.call && (step.empty() || (step == other.step && is_undo == other.is_undo));
}

std::string to_text(const Fault& fault) {
  return fmt::format("{}{}/{} {}{}{}", fault.site.is_undo ? "undo of " : "", fault.site.step,
                     fault.site.call, name_of(fault.way),
                     fault.times == Fault::always ? ", always" : "",
                     fault.blinds_looks ? ", looks blinded" : "");
}

}  // namespace cutover::scenarios
