// cutover: the controller. Everything but this file is in libraries that tests link.
#include <string>
#include <vector>

#include "controller/commands/program.h"

int main(int argc, char** argv) {
  return cutover::run_program(std::vector<std::string>(argv + 1, argv + argc));
}
