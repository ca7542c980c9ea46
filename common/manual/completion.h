// Completions of the shells, from the words of the command line.
#pragma once

#include <string>

#include "common/manual/program_words.h"

namespace cutover {

std::string to_bash_completion(const CommandWords& program);
std::string to_zsh_completion(const CommandWords& program);
std::string to_fish_completion(const CommandWords& program);

}  // namespace cutover
