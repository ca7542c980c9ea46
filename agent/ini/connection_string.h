// The value of an entry of [databases]: "host=… port=… dbname='…'", read as PgBouncer reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/ini/document.h"
#include "common/base/result.h"

namespace cutover::ini {

struct Parameter {
  std::string name;
  std::string value;  ///< without quotes, '' made '
  Span raw;           ///< of the value in the text that was parsed, quotes included
  bool is_quoted = false;
  bool is_followed_by_space_or_end = true;  ///< false after 'quoted'x, where PgBouncer drops the x
};

Result<std::vector<Parameter>> parse_connection_string(std::string_view text);

/// The last of that name, which is the one that counts; nullptr when there is none.
const Parameter* find_parameter(const std::vector<Parameter>& parameters, std::string_view name);

/// Quoting for the new text of a value: as it must be, or as it may be.
enum class Quoting { where_needed, always };

/// `value` as it is written in a connection string; an error when it cannot be (empty, line end,
/// NUL).
Result<std::string> write_value(std::string_view value, Quoting quoting);

}  // namespace cutover::ini
