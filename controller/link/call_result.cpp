#include "controller/link/call_result.h"

namespace cutover {

void throw_exception_from_error(const CallFailure& failure,
                                const boost::source_location& location) {
  throw_exception_from_error(failure.error, location);
}

Outcome outcome_of(const CallResult<proto::Reply>& result) {
  if (!result) {
    const CallFailure& failure = result.error();
    return failure.sent ? in_doubt(failure.error) : refused(failure.error);
  }
  switch (result->outcome()) {
    case proto::DONE:
      return done(result->what());
    case proto::REFUSED:
      return refused(result->what(), result->hint());
    default:
      return in_doubt(result->what().empty() ? "the agent gave no outcome" : result->what(),
                      result->hint());
  }
}

}  // namespace cutover
