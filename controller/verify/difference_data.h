// The data of rows that differ, read only when it was asked for.
#pragma once

#include <boost/json/value.hpp>

#include "controller/verify/verify.h"

namespace cutover {

/// Into `verdict.shown`.
Task<std::optional<Error>> add_data(VerifyPair& pair, TableVerdict& verdict);

/// A row as PostgreSQL wrote it: an object, or the text where it nests deeper than we follow.
boost::json::value json_of_row(const std::string& data);

}  // namespace cutover
