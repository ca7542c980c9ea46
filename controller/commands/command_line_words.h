// What the manual page and the completions of cutover are made from.
#pragma once

#include "common/manual/program_words.h"

namespace cutover {

CommandWords command_line_words();

}  // namespace cutover
