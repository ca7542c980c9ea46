// What came of a call to an agent: its reply, or a failure that says whether the agent may have
// acted on it.
#pragma once

#include <boost/system/result.hpp>

#include "common/base/outcome.h"
#include "common/base/result.h"
#include "proto/agent.pb.h"

namespace cutover {

struct CallFailure {
  Error error;
  bool sent = false;  ///< false: the agent never saw it; true: it may have acted, look
};

template <class T>
using CallResult = boost::system::result<T, CallFailure>;

[[noreturn]] void throw_exception_from_error(const CallFailure& failure,
                                             const boost::source_location& location);

/// A reply as it says itself; a failure is in doubt when it was sent, else refused.
Outcome outcome_of(const CallResult<proto::Reply>& result);

}  // namespace cutover
