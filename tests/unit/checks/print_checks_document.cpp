// Prints docs/checks.md: build/…/bin/print_checks_document > docs/checks.md
#include <iostream>

#include "controller/checks/checks_document.h"

int main() {
  std::cout << cutover::checks_document();
}
