// The schema's text must be the same on every major, and change with the schema.
#include "controller/servers/schema_hash.h"

#include <gtest/gtest.h>

#include "controller/servers/catalogue_version.h"
#include "tests/support/postgres_server.h"

namespace cutover {
namespace {

using support::Durability;
using support::PostgresServer;

constexpr const char* settings = "SET search_path = pg_catalog; SET TimeZone = 'UTC';";

constexpr const char* everything = R"sql(
create schema "odd ""schema"; 
create type mood as enum ('sad','ok','happy');
create domain posint as int not null check (value > 0);
create table plain (id bigserial primary key, name text not null default 'x''y', m mood, p posint, ts timestamptz default now(), d numeric(10,2) check (d >= 0), arr int[], js jsonb default '{}', e text collate "C", unique (name, ts));
create index on plain (lower(name)) where id > 5;
create index on plain using gin (js);
create index on plain (date_part('year', timezone('UTC', ts)), name desc nulls last) include (d);
create table "weird ""tab
le" (id int generated always as identity primary key, "col'umn ""x" varchar(20) default E'back\\slash', gen int generated always as (12*2) stored);
create table "odd ""schema"."таблица" (id uuid primary key, a bigint references plain(id) on delete cascade deferrable);
create table dropped (a int, b int, c int not null, primary key(c)); alter table dropped drop column a;
create table part (id int not null, at timestamptz not null, v text, primary key (id, at)) partition by range (at);
create table part_1 partition of part for values from ('2024-01-01 00:00+00') to ('2025-01-01 00:00+00') partition by list (id);
create table part_1_a partition of part_1 for values in (1,2,3);
create table part_2 partition of part for values from ('2025-01-01') to ('2026-01-01');
create table part_d partition of part default;
create index on part (v);
create table refpart (id int primary key, pid int, pat timestamptz, foreign key (pid, pat) references part(id, at));
create unlogged table unlog (id int primary key);
create table parent_inh (a int primary key, b text not null); create table child_inh (c int) inherits (parent_inh);
create function trg() returns trigger language plpgsql as 'begin return new; end';
create trigger t1 before insert on plain for each row execute function trg();
create trigger t2 after insert on part for each row execute function trg();
alter table plain enable always trigger t1;
create sequence s_desc increment -1; create sequence s_cyc maxvalue 10 cycle; create sequence s_small as smallint start 5;
create table excl (r int4range, exclude using gist (r with &&));
alter table excl replica identity full;
create table big_check (a int, b int, constraint "c h" check (a > 0 and b is not null or a = any (array[1,2,3])), constraint nn check (a in (1,2,3) and b between 1 and 5));
alter table plain enable row level security;
create type comp as (x int, y text);
create table usecomp (id int primary key, c comp);
)sql";

PostgresServer server(int major) {
  support::PostgresOptions options;
  options.major = major;
  options.durability = Durability::fast;
  return PostgresServer(options);
}

std::string lines_of(const PostgresServer& server) {
  std::string text;
  for (const auto& row : server.sql(settings + schema_lines_sql()).rows)
    text += row[0] + " | " + row[1] + " | " + row[2] + "\n";
  return text;
}

std::string hash_of(const PostgresServer& server) {
  return server.sql(settings + schema_hash_sql()).value();
}

std::string version_of(const PostgresServer& server, int major) {
  return server.sql(settings + schema_version_sql(major * 10000)).value();
}

// Each with what takes it back.
constexpr std::pair<const char*, const char*> changes[] = {
    {"ALTER TABLE plain ADD COLUMN extra int", "ALTER TABLE plain DROP COLUMN extra"},
    {"ALTER TABLE plain ALTER d TYPE numeric(12,2)",
     "ALTER TABLE plain ALTER d TYPE numeric(10,2)"},
    {"ALTER TABLE plain ALTER d SET NOT NULL", "ALTER TABLE plain ALTER d DROP NOT NULL"},
    {"ALTER TABLE plain RENAME d TO dd", "ALTER TABLE plain RENAME dd TO d"},
    {"CREATE TABLE surprise (id int)", "DROP TABLE surprise"},
    {"CREATE UNIQUE INDEX surprise ON plain (e)", "DROP INDEX surprise"},
    {"CREATE SEQUENCE surprise", "DROP SEQUENCE surprise"},
    {"ALTER TABLE part DETACH PARTITION part_2",
     "ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"},
    {"ALTER TABLE plain DISABLE TRIGGER t1", "ALTER TABLE plain ENABLE ALWAYS TRIGGER t1"},
};

class SchemaText : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(SchemaText, IsTheSameOnBothMajors) {
  const auto older = server(GetParam().first);
  const auto newer = server(GetParam().second);
  older.sql(everything);
  newer.sql(everything);
  EXPECT_EQ(lines_of(older), lines_of(newer));
  EXPECT_EQ(hash_of(older), hash_of(newer));
}

INSTANTIATE_TEST_SUITE_P(Majors, SchemaText,
                         testing::Values(std::pair{13, 17}, std::pair{12, 18}, std::pair{14, 16}));

TEST(SchemaHash, ChangesWithEveryKindOfDdlAndComesBackWithIt) {
  const auto blue = server(15);
  blue.sql(everything);
  const auto before = hash_of(blue);
  for (const auto& [change, back] : changes) {
    blue.sql(change);
    EXPECT_NE(hash_of(blue), before) << change;
    blue.sql(back);
    EXPECT_EQ(hash_of(blue), before) << back;
  }
}

class CatalogueVersion : public testing::TestWithParam<int> {};

TEST_P(CatalogueVersion, ChangesWithEveryKindOfDdl) {
  const auto blue = server(GetParam());
  blue.sql(everything);
  auto before = version_of(blue, GetParam());
  for (const auto& [change, back] : changes) {
    for (const auto* ddl : {change, back}) {
      blue.sql(ddl);
      const auto after = version_of(blue, GetParam());
      EXPECT_NE(after, before) << ddl;
      before = after;
    }
  }
  blue.sql("CREATE VIEW seen AS SELECT 1 AS one");
  for (const auto* ddl :
       {"CREATE PUBLICATION one FOR TABLE plain", "DROP PUBLICATION one",
        "CREATE TRIGGER v INSTEAD OF INSERT ON seen FOR EACH ROW EXECUTE FUNCTION trg()"}) {
    blue.sql(ddl);
    EXPECT_NE(version_of(blue, GetParam()), before) << ddl;
    before = version_of(blue, GetParam());
  }
}

TEST_P(CatalogueVersion, TheFingerprintChangesWithWhatOurPublicationsCarry) {
  const auto major = GetParam();
  const auto blue = server(major);
  blue.sql(everything);
  blue.sql(
      "CREATE PUBLICATION ours FOR TABLE plain, excl; CREATE PUBLICATION other FOR ALL TABLES");
  const auto fingerprint = [&] {
    return blue.sql(settings + catalogue_fingerprint_sql({"ours"}, major * 10000)).value();
  };
  auto before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  std::vector<const char*> changes = {"ALTER PUBLICATION ours SET (publish = 'insert')",
                                      "ALTER PUBLICATION ours DROP TABLE excl",
                                      "ALTER PUBLICATION ours ADD TABLE excl"};
  if (major >= 15) {
    changes.push_back("ALTER PUBLICATION ours SET TABLE plain WHERE (id > 1)");
    changes.push_back("ALTER PUBLICATION ours SET TABLE plain (id, name)");
    changes.push_back("ALTER PUBLICATION ours SET TABLES IN SCHEMA public");
    changes.push_back("ALTER PUBLICATION ours DROP TABLES IN SCHEMA public");
  }
  for (const auto* change : changes) {
    blue.sql(change);
    const auto after = fingerprint();
    EXPECT_NE(after, before) << change;
    before = after;
  }
  blue.sql("DROP PUBLICATION other; CREATE ROLE next; ALTER PUBLICATION ours OWNER TO next");
  EXPECT_EQ(fingerprint(), before);
}

TEST_P(CatalogueVersion, StaysWithRowsStatisticsTemporaryTablesAndFenceTriggers) {
  const auto blue = server(GetParam());
  blue.sql(everything);
  const auto before = version_of(blue, GetParam());
  blue.sql("CREATE TEMP TABLE t (id serial PRIMARY KEY); CREATE SCHEMA cutover");
  blue.sql("DROP SCHEMA cutover; ANALYZE");
  blue.sql("VACUUM");
  blue.sql(
      "CREATE TRIGGER cutover_fence_blue BEFORE INSERT ON plain "
      "FOR EACH STATEMENT EXECUTE FUNCTION trg()");
  EXPECT_EQ(version_of(blue, GetParam()), before);
}

INSTANTIATE_TEST_SUITE_P(Majors, CatalogueVersion, testing::Values(12, 15, 18));

TEST(SchemaHash, FenceTriggersOurOwnSchemaAndTemporaryTablesDoNotCount) {
  const auto blue = server(15);
  blue.sql(everything);
  const auto before = hash_of(blue);
  blue.sql(
      "CREATE SCHEMA cutover; CREATE TABLE cutover.run (side text PRIMARY KEY); "
      "CREATE TRIGGER cutover_fence_blue BEFORE INSERT ON plain "
      "FOR EACH STATEMENT EXECUTE FUNCTION trg(); CREATE TEMP TABLE t (id serial)");
  EXPECT_EQ(hash_of(blue), before);
}

}  // namespace
}  // namespace cutover
