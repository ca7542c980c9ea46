#include "controller/commands/prompt.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

namespace cutover {

Result<bool> confirm(const std::string& question, const std::string& wanted,
                     PromptOptions options) {
  if (options.answer_yes) return true;
  if (isatty(STDIN_FILENO) == 0) {
    return Error{"there is no terminal to ask: " + question, "--yes answers every prompt"};
  }
  fmt::print(stderr, "{} Type \"{}\" to go on: ", question, wanted);
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == wanted;
}

}  // namespace cutover
