// What was seen of replication, for people and for --json. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "common/base/bytes_text.h"
#include "controller/status/replication_status.h"

namespace cutover {

std::string text_of(const ReplicationStatus& status);
boost::json::value json_of(const ReplicationStatus& status);

/// "0.4 s", "3 min", "5.0 h", "12 days"
std::string seconds_text(double seconds);

}  // namespace cutover
