// The data of rows that differ, read only when it was asked for.
#pragma once

#include "controller/verify/verify.h"

namespace cutover {

/// Into `verdict.shown`.
Task<std::optional<Error>> add_data(VerifyPair& pair, TableVerdict& verdict);

}  // namespace cutover
