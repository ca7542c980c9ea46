#include "common/base/result.h"

#include <stdexcept>

namespace cutover {

std::string to_text(const Error& error) {
  return error.hint.empty() ? error.what : error.what + "\nhint: " + error.hint;
}

Error within_context(const std::string& context, Error error) {
  error.what = context + ": " + error.what;
  return error;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(to_text(error));
}

}  // namespace cutover
