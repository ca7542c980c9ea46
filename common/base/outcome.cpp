#include "common/base/outcome.h"

#include <utility>

namespace cutover {

Outcome done(std::string detail) {
  return {OutcomeKind::done, std::move(detail), {}};
}

Outcome refused(std::string detail, std::string hint) {
  return {OutcomeKind::refused, std::move(detail), std::move(hint)};
}

Outcome in_doubt(std::string detail, std::string hint) {
  return {OutcomeKind::in_doubt, std::move(detail), std::move(hint)};
}

Outcome refused(const Error& error) {
  return refused(error.what, error.hint);
}

Outcome in_doubt(const Error& error) {
  return in_doubt(error.what, error.hint);
}

const char* name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::done:
      return "done";
    case OutcomeKind::refused:
      return "refused";
    case OutcomeKind::in_doubt:
      return "in_doubt";
  }
  return "in_doubt";
}

}  // namespace cutover
