// docs/checks.md: the catalogue as a document for operators.
#pragma once

#include <string>

namespace cutover {

std::string checks_document();

}  // namespace cutover
