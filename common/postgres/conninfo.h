// Connection strings taken apart, without what connection.h brings along.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace cutover::postgres {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The parameters that `conninfo` gives, in libpq's order, without defaults. Errors show no part of
/// a text that may hold a password.
Result<Settings> given_parameters(const std::string& conninfo);

/// "host:port", for messages.
std::string address_of(const std::string& conninfo);

/// Whether `conninfo`, or else the environment, has target_session_attrs=read-write: libpq then
/// refuses a server whose default_transaction_read_only is on, as well as one in recovery.
bool asks_for_read_write(const std::string& conninfo);

}  // namespace cutover::postgres
