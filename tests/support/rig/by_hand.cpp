#include "tests/support/rig/by_hand.h"

#include <stdexcept>

#include "tests/support/eventually.h"
#include "tests/support/sql_session.h"

namespace cutover::support {

void replicate_by_hand(const HandMadeReplication& replication) {
  const std::string name = sql_identifier(replication.name);
  run_sql(replication.blue, "CREATE PUBLICATION " + name + " FOR ALL TABLES");
  run_sql(replication.green, "CREATE SUBSCRIPTION " + name + " CONNECTION " +
                                 sql_literal(replication.blue) + " PUBLICATION " + name);
  SqlSession green(replication.green);
  const std::string unready = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'";
  if (!eventually(
          std::chrono::milliseconds{60000}, [&] { return green.value(unready) == "0"; },
          std::chrono::milliseconds{50}))
    throw std::runtime_error("the tables of " + replication.name + " are not synchronised");
}

bool green_caught_up(const HandMadeReplication& replication, std::chrono::milliseconds limit) {
  SqlSession blue(replication.blue);
  const std::string mark = blue.value("SELECT pg_current_wal_insert_lsn()");
  const std::string applied = "SELECT bool_and(replay_lsn >= " + sql_literal(mark) +
                              "::pg_lsn) FROM pg_stat_replication WHERE application_name = " +
                              sql_literal(replication.name);
  return eventually(limit, [&] { return blue.value(applied) == "t"; });
}

}  // namespace cutover::support
