#include "tests/integration/phases/catalogue.h"

#include "tests/support/sql_session.h"

namespace cutover::tests {

std::string catalogue_of(const std::string& conninfo) {
  const auto result = support::run_sql(conninfo, R"(
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
  SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
  UNION ALL
  SELECT format('relation %I.%I %s replica identity %s', n.nspname, c.relname, c.relkind,
                c.relreplident)
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT format('identity index %s', i.indexrelid::regclass) FROM pg_index AS i
  WHERE i.indisreplident
  UNION ALL
  SELECT format('trigger %s on %s', tgname, tgrelid::regclass) FROM pg_trigger
  WHERE NOT tgisinternal
  UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
  UNION ALL
  SELECT format('function %s', p.oid::regprocedure) FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
  UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
  UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
  UNION ALL
  SELECT format('setting %s %s', setrole, setconfig) FROM pg_db_role_setting
) AS catalogue(line))");
  return result.value();
}

}  // namespace cutover::tests
