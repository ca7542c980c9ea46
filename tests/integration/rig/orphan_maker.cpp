// Starts one of everything, says what, and waits to be killed: the proof that nothing outlives a
// test that dies.
#include <unistd.h>

#include <iostream>

#include "tests/support/child_process.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"

int main() {
  using namespace cutover::support;
  const PostgresServer postgres({.durability = Durability::fast});
  const PgbouncerServer pgbouncer(
      {.entries = {{"app", "host=127.0.0.1 port=" + std::to_string(postgres.port())}}});
  const ChildProcess sleeper({.argv = {"sleep", "600"}});
  std::cout << postgres.data_directory().string() << " " << pgbouncer.pid() << " " << sleeper.pid()
            << std::endl;
  ::pause();
}
