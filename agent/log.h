// The log of common/log/log.h under the agent's own names.
#pragma once

#include "common/log/log.h"

namespace cutover::agent {

using cutover::log_error;
using cutover::log_info;
using cutover::log_line;
using cutover::log_warning;
using cutover::LogFields;

}  // namespace cutover::agent
