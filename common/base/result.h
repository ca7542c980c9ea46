// An expected failure is a value: Result<T> holds a T or an Error. Exceptions are for start-up and
// broken invariants.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace cutover {

/// What went wrong, where and why, as one lower-case sentence without a full stop; and what the
/// operator can do about it.
struct Error {
  std::string what;
  std::string hint = {};  ///< empty: nothing beyond `what`

  bool operator==(const Error&) const = default;
};

/// "what" or "what\nhint: hint", as it is shown to people.
std::string to_text(const Error& error);

/// `error` with "context: " before what it says.
Error within_context(const std::string& context, Error error);

template <class T>
using Result = boost::system::result<T, Error>;

/// Success that is a text. `return text;` does not compile for a Result<std::string>: C++20 could
/// make an Error of a text as well.
inline Result<std::string> text_result(std::string text) {
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

/// Called by Result::value() on an error: throws std::runtime_error with to_text().
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace cutover
