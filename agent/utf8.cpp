// See utf8.h.
#include "agent/utf8.h"

#include <boost/locale/utf.hpp>

namespace cutover::agent {

std::string valid_utf8(const std::string& text) {
  namespace utf = boost::locale::utf;
  std::string valid;
  for (auto at = text.begin(); at != text.end();) {
    auto next = at;
    const utf::code_point character = utf::utf_traits<char>::decode(next, text.end());
    const bool is_one = character != utf::illegal && character != utf::incomplete;
    if (!is_one) next = at + 1;
    valid += is_one ? std::string(at, next) : "\xEF\xBF\xBD";
    at = next;
  }
  return valid;
}

}  // namespace cutover::agent
