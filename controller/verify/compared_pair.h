// Which two databases are compared, and by which subscription green follows: what was compared so
// far is worth nothing once one of them is another.
#pragma once

#include "controller/config/config.h"
#include "controller/verify/row_looks.h"

namespace cutover {

/// The same text as long as neither side is made anew, nor green filled anew.
Task<Result<std::string>> identity_of(VerifyPair& pair, DatabaseConfig database);

}  // namespace cutover
