#include "controller/commands/prompt.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace cutover {

std::string answer_to(const std::string& question) {
  // Where stderr takes nothing the answer may still be known.
  std::fputs((question + " ").c_str(), stderr);
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

Result<bool> confirm(const std::string& question, const std::string& wanted,
                     PromptOptions options) {
  if (options.answer_yes) return true;
  if (isatty(STDIN_FILENO) == 0) {
    return Error{"there is no terminal to ask: " + question, "--yes answers every prompt"};
  }
  return answer_to(fmt::format("{} Type \"{}\" to go on:", question, wanted)) == wanted;
}

}  // namespace cutover
