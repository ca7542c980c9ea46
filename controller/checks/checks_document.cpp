#include "controller/checks/checks_document.h"

#include "controller/checks/check.h"

namespace cutover {

std::string checks_document() {
  std::string text = R"md(# Checks before the cutover

Every run asks all of these, at once, and lists every failure. They only look: their sessions are
read-only. What cannot be found out fails. A failure refuses the run (exit 1, nothing changed); a
warning does not. A failure of a check that guards data cannot be waived; the others may be named
in `checks.waive` of `cutover.toml`.

This file is printed from the catalogue (`bin/print_checks_document > docs/checks.md`).

| check | what has to hold | may be waived |
|---|---|---|
)md";
  for (const Check& check : check_catalogue())
    text += "| `" + check.name + "` | " + check.purpose + " | " +
            (check.guards_data ? "no, it guards data" : "yes") + " |\n";
  return text;
}

}  // namespace cutover
