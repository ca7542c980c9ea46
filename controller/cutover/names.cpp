#include "controller/cutover/execute.h"

namespace cutover {

int exit_code_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::done:
      return 0;
    case RunOutcome::refused:
      return 1;
    case RunOutcome::aborted:
      return 3;
    case RunOutcome::in_doubt:
      return 4;
    case RunOutcome::attention:
      return 5;
  }
  return 4;
}

const char* name_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::done:
      return "done";
    case RunOutcome::refused:
      return "refused";
    case RunOutcome::aborted:
      return "aborted";
    case RunOutcome::in_doubt:
      return "in_doubt";
    case RunOutcome::attention:
      return "attention";
  }
  return "in_doubt";
}

}  // namespace cutover
