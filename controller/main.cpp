// cutover: the controller. Everything but this file is in libraries that tests link.
#include <string>
#include <vector>

#include "build_commit.h"
#include "common/base/version_text.h"
#include "controller/commands/program.h"

int main(int argc, char** argv) {
  cutover::name_commit(CUTOVER_COMMIT);
  return cutover::run_program(std::vector<std::string>(argv + 1, argv + argc));
}
