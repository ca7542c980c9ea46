// Reads the command line's words off a CLI11 parser.
#pragma once

#include "common/manual/program_words.h"

namespace CLI {
class App;
}

namespace cutover {

CommandWords describe_app(const CLI::App& app);

}  // namespace cutover
