// `verify` of all databases, one after the other; tables that are asked for may be in some of them.
#pragma once

#include "controller/verify/verify.h"

namespace cutover {

struct VerifyReports {
  std::vector<VerifyReport> reports;
  std::vector<std::string> left_out;  ///< databases without any of the tables asked for
  std::optional<Error> error;         ///< nothing was compared
};

/// Nothing is compared unless each of `options.tables` is published in one database at least.
Task<VerifyReports> verify_databases(boost::asio::any_io_executor executor,
                                     std::vector<DatabaseConfig> databases, VerifyOptions options);

}  // namespace cutover
